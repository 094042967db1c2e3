package dev.cistern.linux;

import java.util.Locale;

/// The processors whose system call numbers and flags are known.
enum Machine {
    AMD64,
    ARM64;

    /// The processor that this JVM runs on.
    static final Machine CURRENT =
            of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));

    /// @param system as in the property `os.name`
    /// @param processor as in the property `os.arch`
    /// @throws UnsupportedOperationException on others: a wrong number would be another call
    static Machine of(String system, String processor) {
        if (system.equals("Linux")) {
            switch (processor.toLowerCase(Locale.ROOT)) {
                case "amd64", "x86_64" -> {
                    return AMD64;
                }
                case "aarch64" -> {
                    return ARM64;
                }
                default -> {}
            }
        }
        throw new UnsupportedOperationException(
                "no system calls are known for " + system + " on " + processor);
    }

    /// Chooses a value by processor.
    int pick(int onAmd64, int onArm64) {
        return this == ARM64 ? onArm64 : onAmd64;
    }
}
