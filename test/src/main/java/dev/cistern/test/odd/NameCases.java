package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.util.ArrayList;
import java.util.List;

/// Non-ASCII names and names of the maximal length, under every locale that a pod may have.
final class NameCases {
    private static final String ROCKET = "\ud83d\ude80";

    private NameCases() {}

    /// NFC and NFD forms are two names; four such names have the maximal length of Linux.
    private static StoredObject[] names() {
        List<StoredObject> all = new ArrayList<>();
        for (String name :
                List.of(
                        "\u00e9t\u00e9.txt",
                        "e\u0301te\u0301.txt",
                        "\u65e5\u672c\u8a9e/\u30c7\u30fc\u30bf.bin",
                        "\ud83d\udc69\u200d\ud83d\ude80 " + ROCKET + ".txt",
                        "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
                        "\u65e5".repeat(85),
                        ROCKET.repeat(63) + "abc",
                        "x".repeat(255),
                        "\u00e9".repeat(127) + "/" + "\u00e8".repeat(127))) {
            all.add(StoredObject.of(name, "content of " + name));
        }
        return all.toArray(StoredObject[]::new);
    }

    static List<OddCase> all() {
        String tooLong = "\u00e9".repeat(128);
        String segment = "\u00e9".repeat(120) + "/";
        // The target is /data/tree: with its slash 11 bytes, of 4095.
        String longest = segment.repeat(16) + "x".repeat(4095 - 11 - 16 * 241);
        List<OddCase> all = new ArrayList<>();
        for (String locale :
                List.of(
                        "LC_ALL=POSIX",
                        "LC_ALL=",
                        "LC_ALL=C",
                        "LC_ALL=xx_XX.ISO-8859-1",
                        "LOCPATH=/x")) {
            int equals = locale.indexOf('=');
            all.add(
                    OddCase.of("names-under-" + locale.replace('=', '-').replace("/", ""), names())
                            .env(locale.substring(0, equals), locale.substring(equals + 1))
                            .arrives());
        }
        all.add(OddCase.of("names", names()).arrives());
        all.add(OddCase.of("names-not-encoded", names()).quirk(KEYS_RAW).arrives());
        all.add(
                OddCase.of(
                                "prefix-beyond-ascii",
                                StoredObject.of("d\u00e9p\u00f4t " + ROCKET + "/x", "x"))
                        .prefix("d\u00e9p\u00f4t " + ROCKET + "/")
                        .env("LC_ALL", "POSIX")
                        .arrives());
        all.add(
                OddCase.of("name-of-256-bytes", StoredObject.of("t/" + tooLong, "x"))
                        .env("LC_ALL", "POSIX")
                        .ends("UnsafeKey", "t/" + tooLong, "255 bytes"));
        all.add(OddCase.of("path-of-4095-bytes", StoredObject.of(longest, "x")).arrives());
        all.add(
                OddCase.of("path-of-4096-bytes", StoredObject.of(longest + "y", "x"))
                        .ends("UnsafeKey", "4095 bytes"));
        return all;
    }
}
