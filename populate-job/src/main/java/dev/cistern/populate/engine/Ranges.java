package dev.cistern.populate.engine;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/// In which ranges an object is fetched, after what earlier attempts left of it.
final class Ranges {
    /// Up to this an object is always fetched in one request: splitting gains nothing within one or two blocks.
    static final long ALWAYS_WHOLE_BYTES = 2 * ObjectCopy.BLOCK_BYTES;

    /// One request asks for at most this: large enough that its round trip does not count, small enough that the streams end together.
    private static final long MAX_RANGE_BYTES = 8 * ObjectCopy.BLOCK_BYTES;

    /// Up to this an object is fetched in one request while there is enough to do besides. Stores far away give a connection some 100 MB a second, however many there
    /// are: the last of those objects holds up the others' end by seconds, not minutes.
    private static final long SOMETIMES_WHOLE_BYTES = 64 * ObjectCopy.BLOCK_BYTES;

    private Ranges() {}

    /// Whether one stream should fetch all of an object: while every stream has twice as much to do besides, splitting it only
    /// makes more requests, and ones that stores answer at a higher cost than those for a whole object.
    ///
    /// @param left bytes of the objects that were not begun yet
    static boolean whole(long size, long left, int streams) {
        return size <= SOMETIMES_WHOLE_BYTES && left / (2L * Math.max(1, streams)) >= size;
    }

    /// Takes over the pieces that are there, and cuts what is missing into ranges; one, if the object is fetched in order.
    static void plan(ObjectCopy copy, List<Journal.Block> before, Meter meter) throws IOException {
        before.sort(Comparator.comparingLong(Journal.Block::offset));
        long size = copy.object.size();
        long rangeBytes = copy.inOrder() ? size : rangeBytes(size);
        long at = 0;
        for (Journal.Block block : before) {
            boolean fits =
                    block.offset() >= at
                            && block.length() > 0
                            && block.offset() + block.length() <= size;
            if (!fits || block.kind() != copy.kind() || !holds(copy, block)) {
                continue;
            }
            add(copy, at, block.offset(), rangeBytes);
            copy.addPiece(block.offset(), block.length(), block.digest());
            meter.resumed(block.length());
            at = block.offset() + block.length();
        }
        add(copy, at, size, rangeBytes);
    }

    private static boolean holds(ObjectCopy copy, Journal.Block block) throws IOException {
        if (copy.file.size() < block.offset() + block.length()) {
            return false;
        }
        return block.trusted()
                || Digester.crc(copy.file.channel(), block.kind(), block.offset(), block.length())
                        == block.digest();
    }

    /// An eighth of the object, so that the streams end together; a request has to be worth its round trip, too.
    private static long rangeBytes(long size) {
        long blocks = (size / 8 + ObjectCopy.BLOCK_BYTES - 1) / ObjectCopy.BLOCK_BYTES;
        return Math.clamp(blocks * ObjectCopy.BLOCK_BYTES, ALWAYS_WHOLE_BYTES, MAX_RANGE_BYTES);
    }

    private static void add(ObjectCopy copy, long from, long to, long rangeBytes) {
        for (long at = from; at < to; ) {
            long end = Math.min(to, at - at % ObjectCopy.BLOCK_BYTES + rangeBytes);
            copy.addRange(at, end);
            at = end;
        }
    }
}
