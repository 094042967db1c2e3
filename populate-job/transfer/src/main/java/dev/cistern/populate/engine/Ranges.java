package dev.cistern.populate.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Divides objects into ranges, taking into account what earlier attempts left.
///
/// Nothing is divided in advance: a stream takes its fair share of the rest when it is free, so that all streams end
/// together. A stream that finds no range takes a part of another stream's, where that ends the whole sooner.
final class Ranges {
    /// Up to this size an object is always fetched with one request: splitting gains nothing within one or two blocks.
    static final long ALWAYS_WHOLE_BYTES = 2 * ObjectCopy.BLOCK_BYTES;

    /// Maximum size of a range: large enough that the round trip does not matter, small enough that the streams end
    /// together.
    static final long MAX_RANGE_BYTES = 8 * ObjectCopy.BLOCK_BYTES;

    /// Minimum size of a range, however fast the store responds: a request costs store and client as much as some 100
    /// KiB.
    private static final long MIN_RANGE_BYTES = 2 << 20;

    /// Direct writes begin and end on a page; whole MiB also keep the number of journal records low.
    private static final long ALIGN_BYTES = 1 << 20;

    /// Up to this size an object is fetched with one request while there is enough other work. If its connection is
    /// slow, streams without work take over a part.
    private static final long SOMETIMES_WHOLE_BYTES = 64 * ObjectCopy.BLOCK_BYTES;

    /// A range that ends sooner than this is not split: the part taken from it needs another connection.
    private static final double WORTH_SECONDS = 0.1;

    /// How an object is divided among streams.
    enum Division {
        /// Not divided: one stream fetches it from the first to the last byte.
        IN_ORDER,
        /// Divided among free streams.
        SHARED
    }

    /// Measured speed of a connection to the store.
    ///
    /// @param firstByteSeconds time to first byte
    /// @param bytesPerSecond of one connection; 0 where nothing was measured yet
    record Speed(double firstByteSeconds, double bytesPerSecond) {
        static final Speed UNKNOWN = new Speed(0, 0);

        boolean known() {
            return bytesPerSecond > 0;
        }
    }

    private Ranges() {}

    /// Decides how an object is divided. While every stream has at least twice its size of other work, ranges only mean
    /// more requests, and for stores they are more expensive than requests for a whole object.
    ///
    /// @param left bytes of objects that were not started yet
    static Division division(long size, long left, int streams) {
        return size <= ALWAYS_WHOLE_BYTES
                        || (size <= SOMETIMES_WHOLE_BYTES
                                && left / (2L * Math.max(1, streams)) >= size)
                ? Division.IN_ORDER
                : Division.SHARED;
    }

    /// Number of bytes that one stream should request.
    ///
    /// A single stream requests everything. Of several, each takes a share of the rest: at most a second's worth, and
    /// at least enough to be worth the round trip.
    ///
    /// @param left bytes of all objects that are not being fetched yet
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

    /// End of a range of about `most` bytes from `from`: on a boundary, or at the end if little would be left.
    static long end(long from, long to, long most) {
        if (to - from - most <= most / 4) {
            return to;
        }
        long align = most >= ObjectCopy.BLOCK_BYTES ? ObjectCopy.BLOCK_BYTES : ALIGN_BYTES;
        long end = (from + most) / align * align;
        return end <= from ? Math.min(to, end + align) : end;
    }

    /// Where a stream's range should end when another stream is free: `to` if splitting is not worth it.
    ///
    /// @param left bytes that all streams together still have to fetch
    static long shortened(long position, long to, long left, int streams, Speed speed) {
        long rest = to - position;
        long least = least(speed);
        boolean worth =
                rest >= 2 * least
                        && (!speed.known() || rest / speed.bytesPerSecond >= WORTH_SECONDS);
        if (!worth) {
            return to;
        }
        // Data in flight to this stream should not be fetched twice.
        long keep = Math.max(least, Math.min(rest / 2, chunk(left, Math.max(2, streams), speed)));
        long end = end(position, to, keep);
        return to - end < least ? to : end;
    }

    /// Adopts the pieces that are present; missing ranges become pending.
    ///
    /// @return the adopted pieces
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

    /// Divides an object into different ranges than before, so that damage in transit shows as a different digest.
    ///
    /// @param restarts from 1
    static void planOtherwise(ObjectCopy copy, int restarts) {
        long size = copy.object.sized() ? copy.object.size() : Long.MAX_VALUE;
        if (copy.wholeOnly()) {
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
