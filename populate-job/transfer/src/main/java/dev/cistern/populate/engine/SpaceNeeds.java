package dev.cistern.populate.engine;

/// What a tree needs of a volume, and how large a volume of a file system has to be to offer that.
///
/// The advice must suffice at the first try: a claim has to be made anew for each. So it counts what a file costs besides its blocks and what
/// the file system keeps for itself, as measured on the volume at hand and at least as much as its kind keeps at any size.
///
/// @param dataBytes blocks of all files and of the directories that were listed
/// @param files to be made
/// @param directories to be made, whether or not they were listed
/// @param nameBytes of the last parts of all paths
record SpaceNeeds(long dataBytes, long files, long directories, long nameBytes) {
    /// The volume at hand.
    ///
    /// @param fileSystem its kind, such as `ext4`
    /// @param claimedBytes what was asked for; 0 where unknown
    /// @param offeredBytes free when it was empty
    /// @param offeredFiles how many files an empty one has room for; -1 where that is not bounded
    record Volume(String fileSystem, long claimedBytes, long offeredBytes, long offeredFiles) {}

    /// Inode, directory entries and extents, measured on btrfs with simple quotas, where they cost most: some 650 bytes, and the name
    /// four times, in leaves that are not full.
    private static final long FILE_BYTES = 720;

    private static final long NAME_COPIES = 4;

    /// A directory has a block of its own on other file systems.
    private static final long DIRECTORY_BYTES = 4096;

    /// Extents and block maps: 80 bytes for each MiB, at their worst ten times as many.
    private static final long DATA_DIVISOR = 1024;

    /// The engine's journal and what a transaction holds back.
    private static final long OWN_BYTES = 8 << 20;

    /// ext4 by default: 5 % for root, 1.6 % for inodes, and up to 3.2 % for the journal just above 1 and 2 GiB.
    private static final double EXT_KEEPS = 0.10;

    /// xfs: its log, and reserves that grow with the volume.
    private static final double XFS_KEEPS = 0.06;

    /// No file system that holds a tree keeps more for itself.
    private static final double MOST_KEPT = 0.5;

    /// Below this ext4 makes an inode for each 4 KiB, from there on for each 16 KiB.
    private static final long EXT_SMALL_BYTES = 512L << 20;

    private static final long EXT_BYTES_PER_FILE = 16 * 1024;

    private static final long MEBIBYTE = 1 << 20;

    /// All of it, in bytes.
    long bytes() {
        return dataBytes
                + dataBytes / DATA_DIVISOR
                + FILE_BYTES * (files + directories)
                + DIRECTORY_BYTES * directories
                + NAME_COPIES * nameBytes
                + OWN_BYTES;
    }

    /// The size to ask for, in MiB: at least an eighth more than one that looked large enough and was not.
    long advisedMebibytes(Volume volume) {
        double size = bytes() / (1 - kept(volume));
        size = Math.max(size, forFiles(volume));
        if (size <= volume.claimedBytes()) {
            size = volume.claimedBytes() * 1.125;
        }
        return (long) Math.ceil(size / MEBIBYTE) + 1;
    }

    /// The part of a volume that its file system keeps for itself.
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
        double wanted = 1.02 * (files + directories) + 64;
        double size = wanted * volume.claimedBytes() / volume.offeredFiles();
        return volume.fileSystem().startsWith("ext") && size > EXT_SMALL_BYTES
                ? Math.max(size, wanted * EXT_BYTES_PER_FILE)
                : size;
    }
}
