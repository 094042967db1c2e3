package dev.cistern.csi.volume;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// The id of a volume on its node: also the name of its directory, so it is one safe path segment: 1 to 63 of `a-z`, `0-9` and
/// `-`, not starting with `-`.
public record VolumeId(String value) implements Comparable<VolumeId> {

    private static final Pattern SAFE = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /// Ids that start so are made from names that are no safe path segment; such a prefix in a name is hashed as well.
    private static final String HASHED = "h-";

    /// @throws IllegalArgumentException when the value is not a safe path segment
    public VolumeId {
        if (!SAFE.matcher(value).matches()) {
            throw new IllegalArgumentException("not a volume id: " + value);
        }
    }

    /// The id that a volume of this name has, always the same: the name itself where that is safe, as with the
    /// provisioner's `pvc-<uid>`, so that a directory tells whose it is.
    public static VolumeId ofName(String name) {
        return SAFE.matcher(name).matches() && !name.startsWith(HASHED)
                ? new VolumeId(name)
                : new VolumeId(HASHED + sha256(name).substring(0, 40));
    }

    /// The id that a caller gave, or nothing when no volume can have it.
    public static Optional<VolumeId> parse(String text) {
        return SAFE.matcher(text).matches() ? Optional.of(new VolumeId(text)) : Optional.empty();
    }

    @Override
    public int compareTo(VolumeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static String sha256(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
