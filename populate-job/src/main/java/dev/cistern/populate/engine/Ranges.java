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

    /// How an object is divided among streams.
    enum Division {
        /// Not: one stream fetches it from first to last byte.
        IN_ORDER,
        /// Not before there is a second stream: until then the only one fetches all that is missing.
        WHEN_SHARED,
        /// At once.
        AT_ONCE
    }

    private Ranges() {}

    /// How an object should be divided. While every stream has twice as much to do besides, and while there is only one, ranges are only
    /// more requests, and ones that stores answer at a higher cost than those for a whole object.
    ///
    /// @param left bytes of the objects that were not begun yet
    static Division division(long size, long left, int streams) {
        if (size <= ALWAYS_WHOLE_BYTES
                || (size <= SOMETIMES_WHOLE_BYTES && left / (2L * Math.max(1, streams)) >= size)) {
            return Division.IN_ORDER;
        }
        return streams == 1 ? Division.WHEN_SHARED : Division.AT_ONCE;
    }

    /// Takes over the pieces that are there, and cuts what is missing into ranges, if it is to be divided at once.
    static void plan(ObjectCopy copy, List<Journal.Block> before, Division division, Meter meter)
            throws IOException {
        before.sort(Comparator.comparingLong(Journal.Block::offset));
        long size = copy.object.size();
        boolean undivided = copy.inOrder() || division == Division.WHEN_SHARED;
        long rangeBytes = undivided ? size : rangeBytes(size);
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

    /// Cuts an object into other ranges than it was fetched in before: what was damaged on its way is damaged otherwise then.
    ///
    /// @param restarts from 1
    static void planOtherwise(ObjectCopy copy, int restarts) {
        long size = copy.object.size();
        long at = 0;
        long end = Math.max(1, Math.min(size, ALWAYS_WHOLE_BYTES) / (restarts + 1));
        while (at < size) {
            copy.addRange(at, Math.min(end, size));
            at = end;
            end += ALWAYS_WHOLE_BYTES;
        }
    }

    private static boolean holds(ObjectCopy copy, Journal.Block block) throws IOException {
        if (copy.file.size() < block.offset() + block.length()) {
            return false;
        }
        return block.trusted()
                || Digester.crc(copy.file.channel(), block.kind(), block.offset(), block.length())
                        == block.digest();
    }

    /// Whether a range is one that [#rest] may make shorter.
    static boolean canBeShared(ObjectCopy copy, ObjectCopy.Range range) {
        return !copy.inOrder() && range.length() > rangeBytes(copy.object.size());
    }

    /// Cuts what a stream that was alone has still to fetch into ranges for all, and says where its own ends now: so far behind its position
    /// that what is on its way to it is not fetched twice, unless the connection holds more. The given end, if the rest is not worth it.
    static long rest(ObjectCopy copy, long position, long to) {
        long end =
                position
                        - position % ObjectCopy.BLOCK_BYTES
                        + ALWAYS_WHOLE_BYTES
                        + ObjectCopy.BLOCK_BYTES;
        if (to - end < ALWAYS_WHOLE_BYTES) {
            return to;
        }
        add(copy, end, to, rangeBytes(copy.object.size()));
        return end;
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
