package dev.cistern.populate.target;

import java.text.Normalizer;
import java.util.Locale;

/// Defines which names are one file where a file system folds case or Unicode normalization: those for which [#fold]
/// gives the same text.
///
/// It is at least as coarse as any such file system: a missed collision loses a file, an imagined one only rejects a
/// key. Case is folded in full (`ß` is `ss`), composed and decomposed forms are equal, and invisible characters are
/// ignored: ext4 and f2fs with casefold do all of this (NFDICF in `fs/unicode` of Linux), others less.
public final class NameFolding {
    /// First and last of each range of `Default_Ignorable_Code_Point` (Unicode 17, DerivedCoreProperties.txt).
    private static final int[] IGNORABLE = {
        0x00ad, 0x00ad, 0x034f, 0x034f, 0x061c, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b,
        0x180f, 0x200b, 0x200f, 0x202a, 0x202e, 0x2060, 0x206f, 0x3164, 0x3164, 0xfe00, 0xfe0f,
        0xfeff, 0xfeff, 0xffa0, 0xffa0, 0xfff0, 0xfff8, 0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0xe0000,
        0xe0fff
    };

    private NameFolding() {}

    /// The same text for all names, or paths, that may be one file.
    public static String fold(String name) {
        // Decomposed first: a character and its parts may have different upper cases.
        String apart = Normalizer.normalize(shown(name), Normalizer.Form.NFD);
        // The upper case of ß is two letters, that of ẞ is ẞ.
        String folded =
                apart.toLowerCase(Locale.ROOT).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
        return Normalizer.normalize(folded, Normalizer.Form.NFC);
    }

    /// The name without invisible characters.
    static String shown(String name) {
        StringBuilder shown = null;
        for (int i = 0, c; i < name.length(); i += Character.charCount(c)) {
            c = name.codePointAt(i);
            if (ignorable(c)) {
                shown = shown == null ? new StringBuilder(name.substring(0, i)) : shown;
            } else if (shown != null) {
                shown.appendCodePoint(c);
            }
        }
        return shown == null ? name : shown.toString();
    }

    private static boolean ignorable(int c) {
        for (int i = 0; i < IGNORABLE.length && c >= IGNORABLE[i]; i += 2) {
            if (c <= IGNORABLE[i + 1]) {
                return true;
            }
        }
        return false;
    }
}
