package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.util.List;
import java.util.Map;

/// Folder markers, keys that start with a slash, and two prefixes that differ only by a slash.
final class MarkerCases {
    private MarkerCases() {}

    static List<OddCase> all() {
        StoredObject marker = StoredObject.of("out", "");
        StoredObject part = StoredObject.of("out/part-0", "rows");
        StoredObject success = StoredObject.of("out/_SUCCESS", "");
        StoredObject absolute = StoredObject.of("/a/x", "of the absolute tree");
        StoredObject relative = StoredObject.of("a/x", "of the relative tree");
        StoredObject deep = StoredObject.of("/abs", "not wanted");
        StoredObject fine = StoredObject.of("ok", "wanted");
        StoredObject folder = StoredObject.of("folder/", "");
        StoredObject inFolder = StoredObject.of("folder/x", "x");
        return List.of(
                OddCase.of("marker-named-as-the-tree", marker, part, success)
                        .prefix("out")
                        .arrives(Map.of("part-0", part, "_SUCCESS", success)),
                OddCase.of("marker-beside-its-tree", marker, part, success)
                        .arrives(Map.of("out/part-0", part, "out/_SUCCESS", success)),
                OddCase.of("marker-beside-its-tree-unsorted", marker, part, success)
                        .quirk(UNSORTED)
                        .arrives(Map.of("out/part-0", part, "out/_SUCCESS", success)),
                OddCase.of(
                                "marker-in-the-middle",
                                StoredObject.of("t/a", ""),
                                StoredObject.of("t/a/b", ""),
                                StoredObject.of("t/a/b/c", "c"))
                        .prefix("t/")
                        .arrives(Map.of("a/b/c", StoredObject.of("t/a/b/c", "c"))),
                OddCase.of(
                                "file-with-content-beside-its-tree",
                                StoredObject.of("out", "content"),
                                part)
                        .ends("UnsafeKey", "out"),
                OddCase.of(
                                "file-listed-as-empty-beside-its-tree",
                                StoredObject.of("out", "content"),
                                part)
                        .quirk(LISTED_SIZE_ZERO)
                        .ends("UnsafeKey", "out", "out/part-0"),
                OddCase.of("folder-listed-as-empty", StoredObject.of("folder/", "content"))
                        .quirk(LISTED_SIZE_ZERO)
                        .ends("UnsafeKey", "folder/"),
                OddCase.of("empty-object-alone", marker)
                        .prefix("out")
                        .arrives(Map.of("out", marker)),
                OddCase.of(FOLDERS_LISTED, folder, inFolder).arrives(Map.of("folder/x", inFolder)),
                OddCase.of("absolute-tree", absolute, relative)
                        .prefix("/a/")
                        .arrives(Map.of("x", absolute)),
                OddCase.of("relative-tree", absolute, relative)
                        .prefix("a/")
                        .arrives(Map.of("x", relative)),
                OddCase.of("absolute-keys-excluded", deep, fine)
                        .exclude("/**")
                        .arrives(Map.of("ok", fine)),
                OddCase.of("absolute-key", deep, fine).ends("UnsafeKey", "/abs"));
    }
}
