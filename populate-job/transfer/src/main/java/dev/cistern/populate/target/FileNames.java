package dev.cistern.populate.target;

import dev.cistern.linux.Exec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Checks that this JVM encodes file names as UTF-8, and restarts it if not.
///
/// A JVM on Linux takes the encoding of file names, arguments and environment variables from the locale at start
/// (`LC_ALL`, `LC_CTYPE`, `LANG`), and no option overrides that: `-Dsun.jnu.encoding` is ignored. Under `POSIX`, the
/// default without any of these variables, non-ASCII names cannot be written. A container's environment depends on its
/// pod, so the program does not rely on it: it re-executes itself in the same process under `C.UTF-8`.
public final class FileNames {
    private static final String LOCALE = "LC_ALL=C.UTF-8";
    private static final Path SELF = Path.of("/proc/self");

    private FileNames() {}

    /// Whether every Unicode name can be written as UTF-8. Other encodings of all of Unicode do not count: readers of
    /// the volume expect UTF-8.
    public static boolean utf8() {
        return isUtf8(System.getProperty("sun.jnu.encoding", ""));
    }

    private static boolean isUtf8(String encoding) {
        return encoding.equalsIgnoreCase("UTF-8") || encoding.equalsIgnoreCase("UTF8");
    }

    /// Error message for where [#utf8] is false.
    public static String problem() {
        return "file names cannot be UTF-8 here: the locale's encoding is \""
                + System.getProperty("sun.jnu.encoding", "")
                + "\", and there is no locale C.UTF-8 to start again with; install that locale, or"
                + " set LC_ALL to one whose encoding is UTF-8";
    }

    /// Re-executes this program with the locale `C.UTF-8` when names are not UTF-8: same process, and otherwise the
    /// same arguments and environment. To be called first. Returns when names are UTF-8, and also when re-executing
    /// cannot help; a fill then fails with [#problem].
    public static void startAgainUnlessUtf8() {
        if (utf8() || !System.getProperty("os.name", "").equals("Linux")) {
            return;
        }
        try {
            List<byte[]> environment = strings("environ");
            List<byte[]> changed = withLocale(environment);
            // It already has this locale, so the machine lacks it.
            if (!Arrays.deepEquals(environment.toArray(), changed.toArray())) {
                Exec.replaceProgram(
                        SELF.resolve("exe").toString().getBytes(StandardCharsets.US_ASCII),
                        strings("cmdline"),
                        changed);
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            // No /proc, the kernel refuses, or native access is denied: the fill reports the
            // problem.
            return;
        }
    }

    /// The environment with the locale appended, and without variables that would override or redirect it.
    private static List<byte[]> withLocale(List<byte[]> environment) {
        List<byte[]> changed = new ArrayList<>();
        for (byte[] variable : environment) {
            String text = new String(variable, StandardCharsets.ISO_8859_1);
            if (!text.startsWith("LC_ALL=") && !text.startsWith("LOCPATH=")) {
                changed.add(variable);
            }
        }
        changed.add(LOCALE.getBytes(StandardCharsets.US_ASCII));
        return changed;
    }

    /// The zero-terminated strings of a file in `/proc/self`, as bytes, because their encoding is in doubt.
    private static List<byte[]> strings(String file) throws IOException {
        byte[] all = Files.readAllBytes(SELF.resolve(file));
        List<byte[]> strings = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == 0) {
                strings.add(Arrays.copyOfRange(all, from, i));
                from = i + 1;
            }
        }
        return strings;
    }
}
