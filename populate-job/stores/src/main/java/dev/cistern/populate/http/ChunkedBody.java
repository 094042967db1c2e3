package dev.cistern.populate.http;

import java.io.IOException;

/// A body in chunks (RFC 9112, section 7.1); extensions and trailers are skipped.
final class ChunkedBody {
    private static final int MAX_LINE = 1024;

    private final HttpConnection connection;

    private ChunkedBody(HttpConnection connection) {
        this.connection = connection;
    }

    /// Passes all its bytes to the sink.
    static void read(HttpConnection connection, BodySink sink) throws IOException {
        new ChunkedBody(connection).read(sink);
    }

    private void read(BodySink sink) throws IOException {
        while (true) {
            long size = chunkSize(line());
            if (size == 0) {
                break;
            }
            connection.readFixed(size, sink);
            if (!line().isEmpty()) {
                throw connection.protocol("chunk longer than it said");
            }
        }
        for (int trailers = 0; !line().isEmpty(); trailers++) {
            if (trailers >= ResponseHead.MAX_HEADERS) {
                throw connection.protocol("trailers without end");
            }
        }
    }

    private String line() throws TransportException {
        StringBuilder line = new StringBuilder(16);
        while (true) {
            int c = connection.next();
            if (c < 0) {
                throw connection.cut("inside a chunked body");
            }
            if (c == '\n') {
                int end = line.length() - 1;
                if (end < 0 || line.charAt(end) != '\r') {
                    throw connection.protocol("line of a chunked body without carriage return");
                }
                return line.substring(0, end);
            }
            if (line.length() > MAX_LINE) {
                throw connection.protocol("line of a chunked body too long");
            }
            line.append((char) c);
        }
    }

    private long chunkSize(String line) throws TransportException {
        int end = line.indexOf(';');
        String digits = (end < 0 ? line : line.substring(0, end)).strip();
        if (digits.isEmpty() || digits.length() > 15) {
            throw connection.protocol("chunk without a size");
        }
        try {
            long size = Long.parseUnsignedLong(digits, 16);
            if (size < 0 || digits.charAt(0) == '+') {
                throw connection.protocol("chunk without a size");
            }
            return size;
        } catch (NumberFormatException e) {
            throw connection.protocol("chunk without a size");
        }
    }
}
