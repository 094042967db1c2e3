package dev.cistern.populate.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// In which ranges an object is fetched, after what earlier attempts left of it.
///
/// Nothing is cut in advance: a stream takes its fair share of what is left when it comes, so that many streams and few end together; one
/// that finds nothing takes a part of what another has still to fetch, where that ends the whole sooner.
final class Ranges {
    /// Up to this an object is always fetched in one request: splitting gains nothing within one or two blocks.
    static final long ALWAYS_WHOLE_BYTES = 2 * ObjectCopy.BLOCK_BYTES;

    /// One request asks for at most this: large enough that its round trip does not count, small enough that the streams end together.
    static final long MAX_RANGE_BYTES = 8 * ObjectCopy.BLOCK_BYTES;

    /// One request asks for at least this, however quickly the store answers: a request costs store and client as much as some 100 KiB.
    private static final long MIN_RANGE_BYTES = 2 << 20;

    /// Writes past the page cache begin and end on a page; whole MiB keep the journal's blocks few, too.
    private static final long ALIGN_BYTES = 1 << 20;

    /// Up to this an object is fetched in one request while there is enough to do besides. Should its connection be a slow one, the streams
    /// that run out of work take the rest of it.
    private static final long SOMETIMES_WHOLE_BYTES = 64 * ObjectCopy.BLOCK_BYTES;

    /// A stream that has less to wait for is left alone: another connection has to be made for what is taken from it.
    private static final double WORTH_SECONDS = 0.1;

    /// How an object is divided among streams.
    enum Division {
        /// Not: one stream fetches it from first to last byte.
        IN_ORDER,
        /// As streams come.
        SHARED
    }

    /// What is known of a connection to the store.
    ///
    /// @param firstByteSeconds from a request to its answer's first byte
    /// @param bytesPerSecond of one connection; 0 where nothing was measured yet
    record Speed(double firstByteSeconds, double bytesPerSecond) {
        static final Speed UNKNOWN = new Speed(0, 0);

        boolean known() {
            return bytesPerSecond > 0;
        }
    }

    private Ranges() {}

    /// How an object should be divided. While every stream has twice as much to do besides, ranges are only more requests, and ones
    /// that stores answer at a higher cost than those for a whole object.
    ///
    /// @param left bytes of the objects that were not begun yet
    static Division division(long size, long left, int streams) {
        return size <= ALWAYS_WHOLE_BYTES
                        || (size <= SOMETIMES_WHOLE_BYTES
                                && left / (2L * Math.max(1, streams)) >= size)
                ? Division.IN_ORDER
                : Division.SHARED;
    }

    /// How many bytes one stream should ask for at once.
    ///
    /// A stream that is alone asks for all. Of several, each takes a share of what is left; not so much that it is busy for longer than a
    /// second, not so little that its request is not worth the round trip.
    ///
    /// @param left bytes of all objects that nobody fetches yet
    static long chunk(long left, int streams, Speed speed) {
        if (streams <= 1) {
            return Long.MAX_VALUE;
        }
        long most =
                speed.known()
                        ? Math.clamp(
                                (long) speed.bytesPerSecond, ALWAYS_WHOLE_BYTES, MAX_RANGE_BYTES)
                        : ALWAYS_WHOLE_BYTES;
        return Math.clamp(left / streams, least(speed), most);
    }

    private static long least(Speed speed) {
        return speed.known()
                ? Math.clamp(
                        (long) (2 * speed.firstByteSeconds * speed.bytesPerSecond),
                        MIN_RANGE_BYTES,
                        ALWAYS_WHOLE_BYTES)
                : ALWAYS_WHOLE_BYTES;
    }

    /// Where a range of about so many bytes ends that begins at `from`: on a boundary, or at the end, if little were left.
    static long end(long from, long to, long most) {
        if (to - from - most <= most / 4) {
            return to;
        }
        long align = most >= ObjectCopy.BLOCK_BYTES ? ObjectCopy.BLOCK_BYTES : ALIGN_BYTES;
        long end = (from + most) / align * align;
        return end <= from ? Math.min(to, end + align) : end;
    }

    /// Where a stream's range should end when another one has nothing to do: `to`, if it is not worth it.
    ///
    /// @param left bytes that all streams together have still to fetch
    static long shortened(long position, long to, long left, int streams, Speed speed) {
        long rest = to - position;
        long least = least(speed);
        boolean worth =
                rest >= 2 * least
                        && (!speed.known() || rest / speed.bytesPerSecond >= WORTH_SECONDS);
        if (!worth) {
            return to;
        }
        // What is on its way to this stream should not be fetched twice.
        long keep = Math.max(least, Math.min(rest / 2, chunk(left, Math.max(2, streams), speed)));
        long end = end(position, to, keep);
        return to - end < least ? to : end;
    }

    /// Takes over the pieces that are there; what is missing waits.
    ///
    /// @return the pieces that were taken over
    static List<Journal.Block> plan(ObjectCopy copy, List<Journal.Block> before, Meter meter)
            throws IOException {
        List<Journal.Block> kept = new ArrayList<>(before.size());
        before.sort(Comparator.comparingLong(Journal.Block::offset));
        long size = copy.object.sized() ? copy.object.size() : Long.MAX_VALUE;
        long at = 0;
        for (Journal.Block block : before) {
            boolean fits =
                    block.offset() >= at
                            && block.length() > 0
                            && block.offset() + block.length() <= size;
            if (!fits || block.kind() != copy.kind() || !holds(copy, block)) {
                continue;
            }
            add(copy, at, block.offset());
            copy.addPiece(block.offset(), block.length(), block.digest());
            meter.resumed(block.length());
            kept.add(block);
            at = block.offset() + block.length();
        }
        add(copy, at, size);
        return kept;
    }

    /// Cuts an object into other ranges than it was fetched in before: what was damaged on its way is damaged otherwise then.
    ///
    /// @param restarts from 1
    static void planOtherwise(ObjectCopy copy, int restarts) {
        long size = copy.object.sized() ? copy.object.size() : Long.MAX_VALUE;
        if (copy.whole()) {
            add(copy, 0, size);
            return;
        }
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
                || Digester.crc(copy.file, block.kind(), block.offset(), block.length())
                        == block.digest();
    }

    private static void add(ObjectCopy copy, long from, long to) {
        if (from < to) {
            copy.addRange(from, to);
        }
    }
}
