package dev.cistern.csi.volume;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// The id of a volume on its node, also the name of its directory: a safe path segment of 1 to 63 characters `a-z`,
/// `0-9` and `-`, not starting with `-`.
public record VolumeId(String value) implements Comparable<VolumeId> {

    private static final Pattern SAFE = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /// Prefix of ids derived from names that are not safe path segments; a name with this prefix is hashed as well.
    private static final String HASHED = "h-";

    /// @throws IllegalArgumentException when the value is not a safe path segment
    public VolumeId {
        if (!SAFE.matcher(value).matches()) {
            throw new IllegalArgumentException("not a volume id: " + value);
        }
    }

    /// The id for a volume's name, always the same: the name itself if it is safe, as with the provisioner's
    /// `pvc-<uid>`, so that a directory shows which volume it belongs to.
    public static VolumeId ofName(String name) {
        return SAFE.matcher(name).matches() && !name.startsWith(HASHED)
                ? new VolumeId(name)
                : new VolumeId(HASHED + sha256(name).substring(0, 40));
    }

    /// Parses an id; empty when it is not a valid one.
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
