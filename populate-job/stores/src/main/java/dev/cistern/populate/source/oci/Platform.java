package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.rest.Json;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What an image is for, in the words of Go (`GOOS`, `GOARCH`).
///
/// @param variant such as `v7` of `arm`; null where it is not said
record Platform(String os, String architecture, @Nullable String variant) {
    /// The platform of this machine.
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

    /// What a descriptor says; null where it says nothing.
    static @Nullable Platform of(Json platform) {
        String os = platform.get("os").text();
        String architecture = platform.get("architecture").text();
        return os == null || architecture == null
                ? null
                : new Platform(os, architecture, platform.get("variant").text());
    }

    /// Whether an image for the other platform is one for this.
    boolean takes(Platform other) {
        return os.equals(other.os)
                && architecture.equals(other.architecture)
                && (variant == null || variant.equals(other.plainVariant()));
    }

    /// The variant, with the one that an architecture has when none is said.
    private @Nullable String plainVariant() {
        return variant != null || !architecture.equals("arm64") ? variant : "v8";
    }

    /// Whether every processor of the architecture runs it: of several images the one to take where no variant was asked for.
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
