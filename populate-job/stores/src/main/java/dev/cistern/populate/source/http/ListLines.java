package dev.cistern.populate.source.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Splits the bytes of a list into lines while they arrive. Removes a byte order mark and carriage returns at line
/// ends; the length of a line and of the list is limited.
final class ListLines {
    /// A path of 4 KiB with each byte escaped, and a signed URL of 16 KiB.
    static final int MAX_LINE_BYTES = 32 * 1024;

    /// Some 20,000,000 lines.
    static final long MAX_BYTES = 2L << 30;

    /// Receives the lines.
    ///
    /// @param <E> exception that it may throw
    @FunctionalInterface
    interface Visitor<E extends Exception> {
        void line(String line) throws E;
    }

    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    private final CharsetDecoder utf8 =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
    private long number;
    private long bytes;

    /// Number of the current line, from 1.
    long number() {
        return number + 1;
    }

    /// Adds the next bytes.
    ///
    /// @throws IllegalArgumentException with the problem of the current line
    <E extends Exception> void accept(ByteBuffer piece, Visitor<E> visitor) throws E {
        bytes += piece.remaining();
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("the list is longer than " + MAX_BYTES + " bytes");
        }
        byte[] copy = new byte[Math.min(piece.remaining(), 16 * 1024)];
        while (piece.hasRemaining()) {
            int length = Math.min(copy.length, piece.remaining());
            piece.get(copy, 0, length);
            int from = 0;
            for (int i = 0; i < length; i++) {
                if (copy[i] == '\n') {
                    hold(copy, from, i);
                    give(visitor);
                    from = i + 1;
                }
            }
            hold(copy, from, length);
        }
    }

    /// The list is complete; the last line may lack a line feed.
    ///
    /// @throws IllegalArgumentException with the problem
    <E extends Exception> void end(Visitor<E> visitor) throws E {
        if (line.size() > 0) {
            give(visitor);
        }
    }

    /// Whether the last byte ended a line, or there was none.
    boolean atLineEnd() {
        return line.size() == 0;
    }

    private void hold(byte[] from, int start, int end) {
        if (line.size() + end - start > MAX_LINE_BYTES) {
            throw new IllegalArgumentException("is longer than " + MAX_LINE_BYTES + " bytes");
        }
        line.write(from, start, end - start);
    }

    private <E extends Exception> void give(Visitor<E> visitor) throws E {
        byte[] raw = line.toByteArray();
        String text;
        try {
            text = utf8.decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("is not UTF-8", e);
        }
        if (number == 0 && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        if (text.endsWith("\r")) {
            text = text.substring(0, text.length() - 1);
        }
        visitor.line(text);
        line.reset();
        number++;
    }
}
