package dev.cistern.populate.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.Date;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/// Reads tar: POSIX (ustar and pax), GNU's long names and sparse files, old archives.
final class TarReader implements ArchiveReader {
    /// A name of 4 KiB, its link's, and extended attributes of 64 KiB each, several times over.
    private static final long MOST_HEADER_BYTES = 1 << 20;

    private static final int SKIP_BYTES = 64 * 1024;

    private final HeaderGuard guard;
    private final TarArchiveInputStream tar;
    private final byte[] skipped = new byte[SKIP_BYTES];
    private @Nullable TarArchiveEntry current;

    /// @param in unpacked
    TarReader(InputStream in) {
        this.guard = new HeaderGuard(in);
        this.tar = new TarArchiveInputStream(guard, "UTF-8");
    }

    @Override
    public @Nullable ArchiveEntry next() throws IOException {
        try {
            if (current != null) {
                while (tar.read(skipped) >= 0) {}
            }
            guard.headers(MOST_HEADER_BYTES);
            TarArchiveEntry entry = tar.getNextEntry();
            boolean endMarked = guard.endMarked();
            guard.data();
            current = entry;
            if (entry == null) {
                if (!endMarked) {
                    throw new BadArchiveException(
                            "it cannot be read as tar (it ends without the block of zeros that"
                                    + " ends one: it was cut off, or never finished)");
                }
                drain();
                return null;
            }
            if (!tar.canReadEntryData(entry)) {
                throw new BadArchiveException(
                        "entry \"" + entry.getName() + "\" is stored in a way that is not known");
            }
            return entry(entry);
        } catch (IllegalArgumentException e) {
            throw new BadArchiveException("it cannot be read as tar (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw Unpacking.bad("tar", e);
        }
    }

    private static ArchiveEntry entry(TarArchiveEntry entry) {
        Date modified = entry.getLastModifiedDate();
        ArchiveEntry.Kind kind = kind(entry);
        return new ArchiveEntry(
                entry.getName(),
                kind,
                kind == ArchiveEntry.Kind.FILE ? entry.getRealSize() : 0,
                modified == null ? 0 : Math.max(0, modified.getTime()));
    }

    private static ArchiveEntry.Kind kind(TarArchiveEntry entry) {
        if (entry.isSymbolicLink()) {
            return ArchiveEntry.Kind.SYMBOLIC_LINK;
        }
        if (entry.isLink()) {
            return ArchiveEntry.Kind.HARD_LINK;
        }
        if (entry.isBlockDevice() || entry.isCharacterDevice()) {
            return ArchiveEntry.Kind.DEVICE;
        }
        if (entry.isFIFO()) {
            return ArchiveEntry.Kind.PIPE;
        }
        if (entry.isDirectory()) {
            return ArchiveEntry.Kind.DIRECTORY;
        }
        byte flag = entry.getLinkFlag();
        boolean file =
                flag == TarConstants.LF_NORMAL
                        || flag == TarConstants.LF_OLDNORM
                        || flag == TarConstants.LF_CONTIG
                        || flag == TarConstants.LF_GNUTYPE_SPARSE;
        return file ? ArchiveEntry.Kind.FILE : ArchiveEntry.Kind.OTHER;
    }

    /// Reads what follows the archive's end, whose packing has a checksum behind it.
    private void drain() throws IOException {
        while (guard.read(skipped, 0, skipped.length) >= 0) {}
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
        try {
            return tar.read(to, from, length);
        } catch (IOException e) {
            throw Unpacking.bad("tar", e);
        }
    }

    @Override
    public long unpackedBytes() {
        return guard.bytes();
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
