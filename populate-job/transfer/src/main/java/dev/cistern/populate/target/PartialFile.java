package dev.cistern.populate.target;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The file of an object that is not complete yet. Several threads may write to it, each to its own ranges.
///
/// Whole blocks of a large object may be written with direct I/O (`O_DIRECT`, open(2)); unaligned data goes through the
/// page cache. The kernel keeps both views consistent; neither is durable before a sync.
final class PartialFile implements TargetFile {
    private static final Set<OpenOption> OPEN =
            Set.of(
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);

    private static final Set<OpenOption> OPEN_EMPTY =
            Set.of(
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);

    private static final Set<OpenOption> OPEN_DIRECT =
            Set.of(StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT, LinkOption.NOFOLLOW_LINKS);

    /// Maximum size of one buffered write. For larger ones, Linux allocates pages of 2 MiB where the file system
    /// supports them, and those may have to be compacted, or returned by a virtual machine's host, before they can be
    /// written to.
    private static final int CACHED_WRITE_BYTES = 1 << 20;

    private final Path path;
    private final FileChannel file;
    private final int blockBytes;
    private @Nullable FileChannel direct;
    private volatile boolean bypassing;

    private PartialFile(Path path, FileChannel file, int blockBytes) {
        this.path = path;
        this.file = file;
        this.blockBytes = blockBytes;
    }

    /// @param keep whether to keep the file's content
    /// @param blockBytes alignment of direct I/O; 0 to disable it
    static PartialFile open(Path path, boolean keep, int blockBytes) throws IOException {
        return new PartialFile(path, FileChannel.open(path, keep ? OPEN : OPEN_EMPTY), blockBytes);
    }

    /// From now on whole blocks are written with direct I/O, where the file system gains by it.
    @Override
    public void writesOnly() {
        if (blockBytes == 0) {
            return;
        }
        try {
            direct = FileChannel.open(path, OPEN_DIRECT);
            bypassing = true;
        } catch (IOException | UnsupportedOperationException e) {
            bypassing = false;
        }
    }

    /// Writes all bytes at a position.
    ///
    /// @param bytes written with direct I/O only if they are also aligned to a block in memory
    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        FileChannel past = direct;
        if (bypassing
                && past != null
                && at % blockBytes == 0
                && bytes.isDirect()
                && bytes.remaining() >= blockBytes
                && bytes.alignmentOffset(bytes.position(), blockBytes) == 0) {
            at += writeBlocks(past, bytes, at);
        }
        int end = bytes.limit();
        while (bytes.position() < end) {
            bytes.limit(Math.min(end, bytes.position() + CACHED_WRITE_BYTES));
            at += file.write(bytes, at);
        }
        bytes.limit(end);
    }

    private long writeBlocks(FileChannel past, ByteBuffer bytes, long position) throws IOException {
        int end = bytes.limit();
        long at = position;
        bytes.limit(end - bytes.remaining() % blockBytes);
        try {
            while (bytes.remaining() >= blockBytes && at % blockBytes == 0) {
                at += past.write(bytes, at);
            }
        } catch (IOException e) {
            // A file system may reject direct I/O only on write. If the disk itself fails, the
            // buffered write reports
            // it.
            bypassing = false;
        } finally {
            bytes.limit(end);
        }
        return at - position;
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
        return file.read(bytes, position);
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
        if (file.size() > size) {
            file.truncate(size);
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel past = direct;
        try {
            file.close();
        } finally {
            if (past != null) {
                past.close();
            }
        }
    }
}
