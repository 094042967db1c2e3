package dev.cistern.populate.archive;

import java.io.IOException;
import java.io.InputStream;

/// Bounds what may stand between the bytes of two entries: a library reads long names and extended attributes into
/// memory, whatever length an archive says that they have.
final class HeaderGuard extends InputStream {
    private final InputStream in;
    private final byte[] one = new byte[1];
    private long left = Long.MAX_VALUE;
    private long bytes;

    HeaderGuard(InputStream in) {
        this.in = in;
    }

    /// From here to [#data] no more than so many bytes are given.
    void headers(long most) {
        left = most;
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
            left -= left == Long.MAX_VALUE ? 0 : read;
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
