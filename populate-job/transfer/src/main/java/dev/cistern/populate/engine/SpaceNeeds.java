package dev.cistern.populate.engine;

/// Space that a tree needs on a volume, and the volume size that provides it.
///
/// The advised size must be sufficient at once, because a claim has to be recreated for each try. So it includes
/// per-file overhead and what the file system reserves, as measured on this volume and at least as much as this kind of
/// file system reserves at any size.
///
/// @param dataBytes blocks of all files and of the directories that were listed
/// @param files to be created
/// @param directories to be created, listed or not
/// @param nameBytes total length of the last segments of all paths
record SpaceNeeds(long dataBytes, long files, long directories, long nameBytes) {
    /// The volume to be filled.
    ///
    /// @param fileSystem its kind, such as `ext4`
    /// @param claimedBytes requested size; 0 where unknown
    /// @param offeredBytes free space when it was empty
    /// @param offeredFiles number of inodes when it was empty; -1 where that is not bounded
    record Volume(String fileSystem, long claimedBytes, long offeredBytes, long offeredFiles) {}

    /// Inode, directory entries and extents, measured on btrfs with simple quotas, where they are largest: some 650
    /// bytes, plus the name four times, in leaves that are not full.
    private static final long FILE_BYTES = 720;

    private static final long NAME_COPIES = 4;

    /// A directory has its own block on other file systems.
    private static final long DIRECTORY_BYTES = 4096;

    /// Extents and block maps: 80 bytes per MiB, in the worst case ten times as much.
    private static final long DATA_DIVISOR = 1024;

    /// The engine's journal and the reserve of a transaction.
    private static final long OWN_BYTES = 8 << 20;

    /// ext4 by default: 5 % for root, 1.6 % for inodes, and up to 3.2 % for the journal just above 1 and 2 GiB.
    private static final double EXT_KEEPS = 0.10;

    /// xfs: its log, and reserves that grow with the volume.
    private static final double XFS_KEEPS = 0.06;

    /// Upper bound of what a file system reserves.
    private static final double MOST_KEPT = 0.5;

    /// Below this size ext4 creates an inode per 4 KiB, above per 16 KiB.
    private static final long EXT_SMALL_BYTES = 512L << 20;

    private static final long EXT_BYTES_PER_FILE = 16 * 1024;

    private static final long EXT_SMALL_BYTES_PER_FILE = 4096 + 64;

    /// ext4 below [#EXT_SMALL_BYTES]: up to 26 % at 32 MiB, for more inodes and a journal of at least 4 MiB.
    private static final double EXT_SMALL_KEEPS = 0.27;

    private static final long MEBIBYTE = 1 << 20;

    /// Total, in bytes.
    long bytes() {
        return dataBytes
                + dataBytes / DATA_DIVISOR
                + FILE_BYTES * (files + directories)
                + DIRECTORY_BYTES * directories
                + NAME_COPIES * nameBytes
                + OWN_BYTES;
    }

    /// The size to request, in MiB: at least an eighth more than a size that looked sufficient and was not.
    long advisedMebibytes(Volume volume) {
        double size = bytes() / (1 - kept(volume));
        size = Math.max(size, forFiles(volume));
        if (size <= volume.claimedBytes()) {
            size = volume.claimedBytes() * 1.125;
        }
        return (long) Math.ceil(size / MEBIBYTE) + 1;
    }

    /// The size of a volume that does not exist yet, in MiB: as ext4 with the defaults of mke2fs, which of the usual
    /// file systems reserves most.
    long newVolumeMebibytes() {
        double wanted = wantedInodes();
        double size = Math.max(bytes() / (1 - EXT_SMALL_KEEPS), wanted * EXT_SMALL_BYTES_PER_FILE);
        if (size + 2 * MEBIBYTE > EXT_SMALL_BYTES) {
            double large = Math.max(bytes() / (1 - EXT_KEEPS), wanted * EXT_BYTES_PER_FILE);
            size = Math.max(EXT_SMALL_BYTES, large);
        }
        return (long) Math.ceil(size / MEBIBYTE) + 1;
    }

    private double wantedInodes() {
        return 1.02 * (files + directories) + 64;
    }

    /// The fraction of a volume that its file system reserves.
    private static double kept(Volume volume) {
        double measured =
                volume.claimedBytes() == 0
                        ? 0
                        : 1 - (double) volume.offeredBytes() / volume.claimedBytes();
        double usual =
                volume.fileSystem().startsWith("ext")
                        ? EXT_KEEPS
                        : volume.fileSystem().equals("xfs") ? XFS_KEEPS : 0;
        return Math.clamp(measured, usual, MOST_KEPT);
    }

    private double forFiles(Volume volume) {
        if (volume.offeredFiles() <= 0 || volume.claimedBytes() == 0) {
            return 0;
        }
        double wanted = wantedInodes();
        double size = wanted * volume.claimedBytes() / volume.offeredFiles();
        return volume.fileSystem().startsWith("ext") && size > EXT_SMALL_BYTES
                ? Math.max(size, wanted * EXT_BYTES_PER_FILE)
                : size;
    }
}
