package dev.cistern.test.odd;

import java.util.ArrayList;
import java.util.List;

/// Objects of several case tables.
final class Objects {
    private static final int MIB = 1 << 20;

    /// One byte more than the largest object that is fetched without a HEAD first.
    static final StoredObject BIG = StoredObject.sized("big", 16 * MIB + 1);

    /// A multipart upload of two parts, from a client with a part size of 5 MiB.
    static final StoredObject PARTS = StoredObject.ofParts("parts", 6 * MIB, 5 * MIB);

    static final StoredObject SMALL = StoredObject.sized("d/small", 10_000);
    static final StoredObject EMPTY = StoredObject.of("d/empty", "");

    private Objects() {}

    /// One of each kind: empty, small, multipart, large.
    static StoredObject[] mixed() {
        return new StoredObject[] {BIG, EMPTY, SMALL, PARTS};
    }

    /// Seven texts in two folders: three pages.
    static StoredObject[] pages() {
        List<StoredObject> all = new ArrayList<>();
        for (String key : List.of("a/1", "a/2 +%", "a/\u00e9", "b/1", "b/2", "c", "d")) {
            all.add(StoredObject.of(key, "content of " + key));
        }
        return all.toArray(StoredObject[]::new);
    }
}
