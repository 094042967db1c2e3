package dev.cistern.populate.target;

import java.util.Arrays;

/// A set of longs: open addressing, at most half full, 16 bytes an element, no boxing.
final class LongSet {
    private long[] slots = new long[1024];
    private int size;
    private boolean hasZero;

    /// Adds a value; returns false when it was present.
    boolean add(long value) {
        if (value == 0) {
            boolean added = !hasZero;
            hasZero = true;
            return added;
        }
        int at = find(slots, value);
        if (slots[at] != 0) {
            return false;
        }
        slots[at] = value;
        if (++size * 2 > slots.length) {
            long[] old = slots;
            slots = new long[old.length * 2];
            Arrays.stream(old).filter(v -> v != 0).forEach(v -> slots[find(slots, v)] = v);
        }
        return true;
    }

    int size() {
        return size;
    }

    /// Removes all values and frees their memory.
    void clear() {
        slots = new long[2];
        size = 0;
        hasZero = false;
    }

    boolean contains(long value) {
        return value == 0 ? hasZero : slots[find(slots, value)] != 0;
    }

    private static int find(long[] slots, long value) {
        int mask = slots.length - 1;
        int at = (int) (value ^ value >>> 32) & mask;
        while (slots[at] != 0 && slots[at] != value) {
            at = at + 1 & mask;
        }
        return at;
    }
}
