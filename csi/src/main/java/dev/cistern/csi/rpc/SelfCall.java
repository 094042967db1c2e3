package dev.cistern.csi.rpc;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A gRPC call with an empty request to a socket that is not published yet. It verifies that the server responds, and
/// makes the JVM load the necessary classes: the provisioner gives up on a connection whose first bytes take a second.
final class SelfCall {

    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;

    /// A response has five: settings, their acknowledgement, headers, data, trailers.
    private static final int FRAMES = 32;

    /// HTTP/2's default limit of a frame.
    private static final int FRAME_BYTES = 16_384;

    private SelfCall() {}

    /// Returns when the response has arrived.
    ///
    /// @param method `/service/method`
    static void make(Path socket, String method) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            OutputStream out = Channels.newOutputStream(channel);
            out.write(PREFACE);
            out.write(frame(SETTINGS, 0, 0, new byte[0]));
            out.write(frame(HEADERS, END_HEADERS, 1, headers(method)));
            out.write(frame(DATA, END_STREAM, 1, new byte[5]));
            out.flush();
            awaitEnd(new DataInputStream(Channels.newInputStream(channel)), out);
        }
    }

    private static void awaitEnd(DataInputStream in, OutputStream out) throws IOException {
        for (int i = 0; i < FRAMES; i++) {
            int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            if (length > FRAME_BYTES || in.readNBytes(length).length < length) {
                throw new EOFException("the server's answer is cut off");
            }
            switch (type) {
                case SETTINGS -> {
                    if ((flags & ACK) == 0) {
                        out.write(frame(SETTINGS, ACK, 0, new byte[0]));
                    }
                }
                case HEADERS, DATA -> {
                    if (stream == 1 && (flags & END_STREAM) != 0) {
                        return;
                    }
                }
                case RST_STREAM, GOAWAY ->
                        throw new IOException("the server refuses the plugin's own call");
                default -> {
                    // A caller that is about to disconnect need not answer window updates and
                    // pings.
                }
            }
        }
        throw new IOException("the server's answer does not end");
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /// HPACK without compression: a name from the static table by its index, a value in full.
    private static byte[] headers(String method) {
        ByteBuffer block = ByteBuffer.allocate(256);
        block.put((byte) 0x83); // :method POST
        block.put((byte) 0x86); // :scheme http
        literal(block.put((byte) 0x04), method); // :path
        literal(block.put((byte) 0x01), "localhost"); // :authority
        literal(block.put((byte) 0x0f).put((byte) 0x10), "application/grpc"); // content-type
        literal(literal(block.put((byte) 0), "te"), "trailers");
        byte[] bytes = new byte[block.position()];
        block.flip().get(bytes);
        return bytes;
    }

    private static ByteBuffer literal(ByteBuffer block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > 126) {
            throw new IllegalArgumentException("too long for a length of one byte: " + text);
        }
        return block.put((byte) bytes.length).put(bytes);
    }
}
