package dev.cistern.populate.engine;

import dev.cistern.populate.digest.DigestKind;
import java.io.IOException;

/// Which objects earlier attempts finished, and with what digest: open addressing over arrays, 26 to 52 bytes an object, so that a
/// million of them can be resumed within the memory that listed them.
final class DoneTable {
    private static final byte TRUSTED = (byte) 0x80;

    private long[] ids = new long[256];
    private long[] digests = new long[256];

    /// Kind of digest plus one, and whether it is trusted; 0 marks a free slot.
    private byte[] kinds = new byte[256];

    private int used;
    private int size;

    private static final byte REMOVED = 0x7f;

    private int find(long id) {
        int mask = ids.length - 1;
        int at = (int) (id ^ id >>> 32) & mask;
        while (kinds[at] != 0 && (ids[at] != id || kinds[at] == REMOVED)) {
            at = at + 1 & mask;
        }
        return at;
    }

    void put(long id, int kind, long digest, boolean trusted) {
        int at = find(id);
        if (kinds[at] == 0) {
            used++;
            size++;
        }
        ids[at] = id;
        digests[at] = digest;
        kinds[at] = (byte) (kind + 1 | (trusted ? TRUSTED : 0));
        if (used * 3 > ids.length * 2) {
            grow();
        }
    }

    private void grow() {
        long[] oldIds = ids;
        long[] oldDigests = digests;
        byte[] oldKinds = kinds;
        ids = new long[oldIds.length * 2];
        digests = new long[ids.length];
        kinds = new byte[ids.length];
        used = size;
        for (int i = 0; i < oldIds.length; i++) {
            if (oldKinds[i] != 0 && oldKinds[i] != REMOVED) {
                int at = find(oldIds[i]);
                ids[at] = oldIds[i];
                digests[at] = oldDigests[i];
                kinds[at] = oldKinds[i];
            }
        }
    }

    void remove(long id) {
        int at = find(id);
        if (kinds[at] != 0) {
            kinds[at] = REMOVED;
            size--;
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /// Gives all objects, in no order.
    void each(DoneRecords.Taker taker) throws IOException {
        for (int i = 0; i < ids.length; i++) {
            if (kinds[i] != 0 && kinds[i] != REMOVED) {
                taker.take(
                        ids[i],
                        new Journal.Done(DigestKind.values()[kind(i)], digests[i], trusted(i)));
            }
        }
    }

    /// Where an object is, or -1.
    int indexOf(long id) {
        int at = find(id);
        return kinds[at] == 0 ? -1 : at;
    }

    int kind(int index) {
        return (kinds[index] & 0x7f) - 1;
    }

    long digest(int index) {
        return digests[index];
    }

    boolean trusted(int index) {
        return kinds[index] < 0;
    }
}
