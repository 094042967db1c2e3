package dev.cistern.populate.http;

import java.nio.ByteBuffer;

/// Where TLS records end, by the header that both versions give them (RFC 8446, 5.1): a type, two bytes of version, two of length.
final class Records {
    private static final int HEADER_BYTES = 5;

    /// RFC 8446, 5.2 and RFC 5246, 6.2.3: no record's content is longer, encrypted.
    private static final int MAX_CONTENT_BYTES = (1 << 14) + 2048;

    private static final int FIRST_TYPE = 20;
    private static final int LAST_TYPE = 24;

    private Records() {}

    /// The length of the whole records at the buffer's position whose contents fit into so much room together; the first of them
    /// counts however little room there is. 0 when not even one has come. Everything when it is no record: whoever
    /// decrypts it says what is wrong.
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
            // A record is longer than what it holds.
            if (next > received || (end > 0 && next > room)) {
                return end;
            }
            end = next;
        }
        return end;
    }
}
