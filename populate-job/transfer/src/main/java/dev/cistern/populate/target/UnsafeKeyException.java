package dev.cistern.populate.target;

/// A key that has no valid path below the target. The message names the key and the reason.
public final class UnsafeKeyException extends Exception {
    private static final long serialVersionUID = 1L;

    public UnsafeKeyException(String key, String problem) {
        super("key " + shown(key) + " " + problem + "; rename it, or leave it out with exclude");
    }

    /// The key with everything escaped that could disturb a terminal or a log.
    static String shown(String key) {
        StringBuilder text = new StringBuilder(key.length() + 2).append('"');
        key.codePoints()
                .limit(1100)
                .forEach(
                        c -> {
                            boolean plain =
                                    c >= 32
                                            && c != 127
                                            && !(c >= 0xd800 && c <= 0xdfff)
                                            && c != '"';
                            if (plain) {
                                text.appendCodePoint(c);
                            } else {
                                text.append("\\u");
                                for (int shift = 12; shift >= 0; shift -= 4) {
                                    text.append(Character.forDigit(c >> shift & 15, 16));
                                }
                            }
                        });
        return text.append('"').toString();
    }
}
