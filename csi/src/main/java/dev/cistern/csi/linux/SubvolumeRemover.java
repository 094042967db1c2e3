package dev.cistern.csi.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Removes a subvolume with the subvolumes within it, whatever the owner of the content has done to them.
///
/// Subvolumes are found by their ids in the tree of roots and opened by file handles, never by path: a path may be longer than the kernel
/// takes (4,096 bytes), and walking the files would take as long as there are files. What an owner without privileges can set on
/// a subvolume (read-only) and what one with them can set on a directory (immutable, append-only) is taken back first. Memory does not grow
/// with the number of subvolumes.
final class SubvolumeRemover {

    private static final long SNAP_DESTROY = 0x5000940FL;
    private static final long TREE_SEARCH_V2 = 0xC0709411L;

    private static final long ROOT_TREE = 1;
    private static final int ROOT_REF = 156;
    private static final long SUBVOLUME_INODE = 256;

    /// `struct btrfs_ioctl_search_args_v2` up to its buffer, and room there for one item: its header, a reference, a name.
    private static final long SEARCH_HEAD_BYTES = 112;

    private static final long SEARCH_BUFFER_BYTES = 1024;
    private static final long ITEM_HEAD_BYTES = 32;
    private static final long ROOT_REF_BYTES = 18;

    /// `FILEID_BTRFS_WITHOUT_PARENT`: inode, subvolume, generation; generation 0 stands for any.
    private static final int HANDLE_TYPE = 0x4d;

    private static final int HANDLE_BYTES = 20;

    /// How deep a descent is remembered: 4,096 × some 100 bytes. What is nested deeper is found again from the top.
    private static final int DEEPEST_REMEMBERED = 4096;

    private static final int FLAGS = Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW;

    private final Libc.Fd fileSystem;

    /// A subvolume within another: the directory that holds it, by subvolume and inode, and its name there.
    private record Nested(long id, long parent, long directory, byte[] name) {
        String label() {
            return "subvolume " + id + " (" + new String(name, StandardCharsets.UTF_8) + ")";
        }
    }

    /// @param fileSystem any directory of the mounted btrfs
    SubvolumeRemover(Libc.Fd fileSystem) {
        this.fileSystem = fileSystem;
    }

    /// Removes all subvolumes within one, the innermost first.
    void removeNested(long subvolume) throws LinuxException {
        while (removeOneBranch(subvolume)) {
            // The next branch.
        }
    }

    /// Descends from a subvolume to one that holds no other, removes that, and goes on with the one that held it.
    private boolean removeOneBranch(long subvolume) throws LinuxException {
        Deque<Nested> descent = new ArrayDeque<>();
        Nested child = firstNested(subvolume);
        if (child == null) {
            return false;
        }
        descent.push(child);
        while (!descent.isEmpty()) {
            Nested innermost = descent.getFirst();
            child = firstNested(innermost.id);
            if (child == null) {
                descent.pop();
                remove(innermost);
            } else {
                descent.push(child);
                if (descent.size() > DEEPEST_REMEMBERED) {
                    descent.removeLast();
                }
            }
        }
        return true;
    }

    private void remove(Nested nested) throws LinuxException {
        String call = "BTRFS_IOC_SNAP_DESTROY " + nested.label();
        // The directory's own subvolume must be writable, and neither it nor what it holds may be
        // immutable.
        try (Libc.Fd holder = open(nested.parent, SUBVOLUME_INODE);
                Libc.Fd directory = open(nested.parent, nested.directory);
                Libc.Fd self = open(nested.id, SUBVOLUME_INODE)) {
            Restrictions.lift(holder, "subvolume " + nested.parent);
            Restrictions.lift(directory, "directory of " + nested.label());
            Restrictions.lift(self, nested.label());
            destroy(call, directory, nested.name);
        }
    }

    static void destroy(String call, Libc.Fd directory, byte[] name) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment args = arena.allocate(4096, Long.BYTES);
            MemorySegment.copy(name, 0, args, JAVA_BYTE, 8, name.length);
            Libc.ioctl(call, directory, SNAP_DESTROY, args);
        }
    }

    /// The first subvolume directly within another; null when there is none.
    private @Nullable Nested firstNested(long subvolume) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment args =
                    arena.allocate(SEARCH_HEAD_BYTES + SEARCH_BUFFER_BYTES, Long.BYTES);
            args.set(JAVA_LONG, 0, ROOT_TREE);
            args.set(JAVA_LONG, 8, subvolume);
            args.set(JAVA_LONG, 16, subvolume);
            args.set(JAVA_LONG, 24, 0);
            args.set(JAVA_LONG, 32, -1L);
            args.set(JAVA_LONG, 40, 0);
            args.set(JAVA_LONG, 48, -1L);
            args.set(JAVA_INT, 56, ROOT_REF);
            args.set(JAVA_INT, 60, ROOT_REF);
            args.set(JAVA_INT, 64, 1);
            args.set(JAVA_LONG, 104, SEARCH_BUFFER_BYTES);
            Libc.ioctl(
                    "BTRFS_IOC_TREE_SEARCH_V2 subvolume " + subvolume,
                    fileSystem,
                    TREE_SEARCH_V2,
                    args);
            return args.get(JAVA_INT, 64) == 0
                    ? null
                    : nested(subvolume, args.asSlice(SEARCH_HEAD_BYTES));
        }
    }

    private static Nested nested(long parent, MemorySegment item) {
        long child = item.get(JAVA_LONG_UNALIGNED, 16);
        MemorySegment reference = item.asSlice(ITEM_HEAD_BYTES);
        long directory = reference.get(JAVA_LONG_UNALIGNED, 0);
        int length = Short.toUnsignedInt(reference.get(JAVA_SHORT_UNALIGNED, 16));
        byte[] name = reference.asSlice(ROOT_REF_BYTES, length).toArray(JAVA_BYTE);
        return new Nested(child, parent, directory, name);
    }

    private Libc.Fd open(long subvolume, long inode) throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(8 + HANDLE_BYTES, Long.BYTES);
            handle.set(JAVA_INT, 0, HANDLE_BYTES);
            handle.set(JAVA_INT, 4, HANDLE_TYPE);
            handle.set(JAVA_LONG_UNALIGNED, 8, inode);
            handle.set(JAVA_LONG_UNALIGNED, 16, subvolume);
            handle.set(JAVA_INT_UNALIGNED, 24, 0);
            return Libc.openByHandle(
                    "open_by_handle_at inode " + inode + " of subvolume " + subvolume,
                    fileSystem,
                    handle,
                    FLAGS);
        }
    }
}
