package dev.cistern.populate.http;

import java.nio.ByteBuffer;

/// Finds the ends of TLS records by their headers (RFC 8446, 5.1): a type, two bytes of version, two of length.
final class Records {
    private static final int HEADER_BYTES = 5;

    /// Maximum length of an encrypted record's content (RFC 8446, 5.2 and RFC 5246, 6.2.3).
    private static final int MAX_CONTENT_BYTES = (1 << 14) + 2048;

    private static final int FIRST_TYPE = 20;
    private static final int LAST_TYPE = 24;

    private Records() {}

    /// Total length of the complete records at the buffer's position whose contents fit into `room` bytes; the first
    /// one counts regardless of room. 0 when none is complete. Everything when it is not a record: decrypting it will
    /// report the problem.
    static int whole(ByteBuffer in, int room) {
        int from = in.position();
        int received = in.remaining();
        int end = 0;
        while (received - end >= HEADER_BYTES) {
            int type = in.get(from + end);
            int content = in.getShort(from + end + 3) & 0xffff;
            if (type < FIRST_TYPE || type > LAST_TYPE || content > MAX_CONTENT_BYTES) {
                return end == 0 ? received : end;
            }
            int next = end + HEADER_BYTES + content;
            // A record is longer than its content.
            if (next > received || (end > 0 && next > room)) {
                return end;
            }
            end = next;
        }
        return end;
    }
}
