package dev.cistern.populate.engine;

import java.io.IOException;

/// Objects completed by earlier attempts, with their digests: open addressing over arrays, 26 to 52 bytes an object, so
/// that a million of them fit within the memory budget.
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

    /// Visits all objects, in no particular order.
    void each(DoneRecords.Visitor visitor) throws IOException {
        for (int i = 0; i < ids.length; i++) {
            if (states[i] != 0 && states[i] != REMOVED) {
                visitor.visit(ids[i], at(i));
            }
        }
    }

    /// Index of an object, or -1.
    int indexOf(long id) {
        int at = find(id);
        return states[at] == 0 ? -1 : at;
    }

    /// The record at an index from [#indexOf].
    Journal.Done at(int index) {
        return Journal.Done.of(states[index], digests[index]);
    }
}
