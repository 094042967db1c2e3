package dev.cistern.csi.linux;

import dev.cistern.linux.Descriptor;
import dev.cistern.linux.LinuxException;
import dev.cistern.linux.Structs;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Removes a subvolume and nested subvolumes, whatever flags its owner has set.
///
/// Subvolumes are found by their ids in the tree of roots and opened by file handle, never by path: a path may exceed
/// the kernel's limit (4,096 bytes), and walking the files would take time proportional to their number. Flags that an
/// owner can set on a subvolume (read-only) or, with privileges, on a directory (immutable, append-only) are cleared
/// first. Memory does not grow with the number of subvolumes.
final class SubvolumeRemover {

    private static final long TREE_SEARCH_V2 = 0xC0709411L;

    private static final long ROOT_TREE = 1;
    private static final int ROOT_REF = 156;
    private static final long SUBVOLUME_INODE = 256;

    /// `struct btrfs_ioctl_search_args_v2` up to its buffer, and space there for one item: its header, a reference, a
    /// name.
    private static final int SEARCH_HEAD_BYTES = 112;

    private static final int SEARCH_BUFFER_BYTES = 1024;
    private static final int ITEM_HEAD_BYTES = 32;
    private static final int ROOT_REF_BYTES = 18;

    /// `FILEID_BTRFS_WITHOUT_PARENT`: inode, subvolume, generation; generation 0 stands for any.
    private static final int HANDLE_TYPE = 0x4d;

    private static final int HANDLE_BYTES = 20;

    /// Maximum depth kept on the stack: 4,096 × some 100 bytes. Deeper nesting is searched again from the top.
    private static final int DEEPEST_REMEMBERED = 4096;

    private static final int FLAGS =
            Descriptor.O_RDONLY | Descriptor.O_DIRECTORY | Descriptor.O_NOFOLLOW;

    private final Descriptor fileSystem;

    /// A nested subvolume: the directory that contains it, by subvolume and inode, and its name there.
    private record Nested(long id, long parent, long directory, byte[] name) {
        String label() {
            return "subvolume " + id + " (" + new String(name, StandardCharsets.UTF_8) + ")";
        }
    }

    /// @param fileSystem any directory of the mounted btrfs
    SubvolumeRemover(Descriptor fileSystem) {
        this.fileSystem = fileSystem;
    }

    /// Removes all nested subvolumes, innermost first.
    void removeNested(long subvolume) throws LinuxException {
        while (removeOneBranch(subvolume)) {
            // The next branch.
        }
    }

    /// Descends to a subvolume without nested ones, removes it, and continues with its parent.
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
        // The directory's own subvolume must be writable, and neither it nor its content may be
        // immutable.
        try (Descriptor holder = open(nested.parent, SUBVOLUME_INODE);
                Descriptor directory = open(nested.parent, nested.directory);
                Descriptor self = open(nested.id, SUBVOLUME_INODE)) {
            Restrictions.lift(holder, "subvolume " + nested.parent);
            Restrictions.lift(directory, "directory of " + nested.label());
            Restrictions.lift(self, nested.label());
            directory.ioctl(call, Btrfs.SNAP_DESTROY, Btrfs.args(nested.name));
        }
    }

    /// The first subvolume directly within another; null when there is none.
    private @Nullable Nested firstNested(long subvolume) throws LinuxException {
        ByteBuffer args = Structs.of(SEARCH_HEAD_BYTES + SEARCH_BUFFER_BYTES);
        args.putLong(0, ROOT_TREE);
        args.putLong(8, subvolume);
        args.putLong(16, subvolume);
        args.putLong(24, 0);
        args.putLong(32, -1L);
        args.putLong(40, 0);
        args.putLong(48, -1L);
        args.putInt(56, ROOT_REF);
        args.putInt(60, ROOT_REF);
        args.putInt(64, 1);
        args.putLong(104, SEARCH_BUFFER_BYTES);
        fileSystem.ioctl("BTRFS_IOC_TREE_SEARCH_V2 subvolume " + subvolume, TREE_SEARCH_V2, args);
        return args.getInt(64) == 0 ? null : nested(subvolume, args);
    }

    /// @param found search result, positioned after its header
    private static Nested nested(long parent, ByteBuffer found) {
        int reference = SEARCH_HEAD_BYTES + ITEM_HEAD_BYTES;
        byte[] name = new byte[Short.toUnsignedInt(found.getShort(reference + 16))];
        found.get(reference + ROOT_REF_BYTES, name);
        return new Nested(
                found.getLong(SEARCH_HEAD_BYTES + 16), parent, found.getLong(reference), name);
    }

    private Descriptor open(long subvolume, long inode) throws LinuxException {
        ByteBuffer handle = Structs.of(8 + HANDLE_BYTES);
        handle.putInt(0, HANDLE_BYTES);
        handle.putInt(4, HANDLE_TYPE);
        handle.putLong(8, inode);
        handle.putLong(16, subvolume);
        handle.putInt(24, 0);
        return fileSystem.openByHandle(
                "open_by_handle_at inode " + inode + " of subvolume " + subvolume, handle, FLAGS);
    }
}
