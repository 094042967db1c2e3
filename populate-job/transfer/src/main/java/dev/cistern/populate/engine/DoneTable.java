package dev.cistern.populate.engine;

import java.io.IOException;

/// Which objects earlier attempts finished, and with what digest: open addressing over arrays, 26 to 52 bytes an object, so that a
/// million of them can be resumed within the memory that listed them.
final class DoneTable {
    private long[] ids = new long[256];
    private long[] digests = new long[256];

    /// [Journal.Done#state]; 0 marks a free slot.
    private byte[] states = new byte[256];

    private int used;
    private int size;

    private static final byte REMOVED = 0x7f;

    private int find(long id) {
        int mask = ids.length - 1;
        int at = (int) (id ^ id >>> 32) & mask;
        while (states[at] != 0 && (ids[at] != id || states[at] == REMOVED)) {
            at = at + 1 & mask;
        }
        return at;
    }

    void put(long id, Journal.Done done) {
        int at = find(id);
        if (states[at] == 0) {
            used++;
            size++;
        }
        ids[at] = id;
        digests[at] = done.digest();
        states[at] = done.state();
        if (used * 3 > ids.length * 2) {
            grow();
        }
    }

    private void grow() {
        long[] oldIds = ids;
        long[] oldDigests = digests;
        byte[] oldStates = states;
        ids = new long[oldIds.length * 2];
        digests = new long[ids.length];
        states = new byte[ids.length];
        used = size;
        for (int i = 0; i < oldIds.length; i++) {
            if (oldStates[i] != 0 && oldStates[i] != REMOVED) {
                int at = find(oldIds[i]);
                ids[at] = oldIds[i];
                digests[at] = oldDigests[i];
                states[at] = oldStates[i];
            }
        }
    }

    void remove(long id) {
        int at = find(id);
        if (states[at] != 0) {
            states[at] = REMOVED;
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
            if (states[i] != 0 && states[i] != REMOVED) {
                taker.take(ids[i], at(i));
            }
        }
    }

    /// Where an object is, or -1.
    int indexOf(long id) {
        int at = find(id);
        return states[at] == 0 ? -1 : at;
    }

    /// What is known of the object at a result of [#indexOf].
    Journal.Done at(int index) {
        return Journal.Done.of(states[index], digests[index]);
    }
}
