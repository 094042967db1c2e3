package dev.cistern.populate.archive;

import java.io.IOException;
import java.io.InputStream;

/// Bounds what may stand between the bytes of two entries: a library reads long names and extended attributes into
/// memory, whatever length an archive says that they have. And it sees whether a tar ends where it should: the library
/// takes a tar that was cut off between two entries for one that has no more.
final class HeaderGuard extends InputStream {
    /// A tar ends with blocks of zeros (POSIX, `pax`, "ustar Interchange Format"). No header is one: its name begins
    /// with another byte, and what precedes it is filled up by less than a block.
    private static final int BLOCK = 512;

    private final InputStream in;
    private final byte[] one = new byte[1];
    private long left = Long.MAX_VALUE;
    private int zeros;
    private boolean endMarked;
    private long bytes;

    HeaderGuard(InputStream in) {
        this.in = in;
    }

    /// From here to [#data] no more than so many bytes are given.
    void headers(long most) {
        left = most;
        zeros = 0;
        endMarked = false;
    }

    /// Whether a block of zeros was given since [#headers].
    boolean endMarked() {
        return endMarked;
    }

    /// From here on all bytes are given.
    void data() {
        left = Long.MAX_VALUE;
    }

    /// How many bytes were given.
    long bytes() {
        return bytes;
    }

    @Override
    public int read() throws IOException {
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
        if (left <= 0 && length > 0) {
            throw new BadArchiveException(
                    "what stands before one of its entries is longer than any name or attribute");
        }
        int read = in.read(to, from, (int) Math.min(length, left));
        if (read > 0) {
            bytes += read;
            if (left != Long.MAX_VALUE) {
                left -= read;
                lookForEnd(to, from, read);
            }
        }
        return read;
    }

    private void lookForEnd(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            zeros = bytes[i] == 0 ? zeros + 1 : 0;
            endMarked |= zeros >= BLOCK;
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
