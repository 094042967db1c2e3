package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.rest.Json;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The platform of an image, in Go's terms (`GOOS`, `GOARCH`).
///
/// @param variant such as `v7` of `arm`; null where it is missing
record Platform(String os, String architecture, @Nullable String variant) {
    /// The platform of this host.
    static Platform here() {
        String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return new Platform(
                "linux",
                switch (name) {
                    case "x86_64" -> "amd64";
                    case "aarch64" -> "arm64";
                    default -> name;
                },
                null);
    }

    /// @param text as [dev.cistern.populate.wire.OciSpec#isPlatform] accepts it
    static Platform of(String text) {
        String[] parts = text.split("/", -1);
        return new Platform(parts[0], parts[1], parts.length > 2 ? parts[2] : null);
    }

    /// The platform of a descriptor; null where it has none.
    static @Nullable Platform of(Json platform) {
        String os = platform.get("os").text();
        String architecture = platform.get("architecture").text();
        return os == null || architecture == null
                ? null
                : new Platform(os, architecture, platform.get("variant").text());
    }

    /// Whether an image for the other platform runs on this one.
    boolean takes(Platform other) {
        return os.equals(other.os)
                && architecture.equals(other.architecture)
                && (variant == null || variant.equals(other.plainVariant()));
    }

    /// The variant, or the architecture's default one.
    private @Nullable String plainVariant() {
        return variant != null || !architecture.equals("arm64") ? variant : "v8";
    }

    /// Whether every processor of the architecture runs it: this image is selected when no variant was requested.
    boolean plain() {
        return variant == null
                || (architecture.equals("arm64") && Objects.equals(variant, "v8"))
                || (architecture.equals("amd64") && Objects.equals(variant, "v1"));
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant == null ? "" : "/" + variant);
    }
}
