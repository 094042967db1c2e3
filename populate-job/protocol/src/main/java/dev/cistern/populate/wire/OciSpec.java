package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A tag or digest of an OCI registry: an artifact's files, or an image's file system.
///
/// @param endpoint URL of the registry, without a path; plain HTTP only where it says so
/// @param artifact repository and version, and the path in it
/// @param platform `os/architecture` or `os/architecture/variant` to select from an index; null for the Job's node
/// @param tls client TLS configuration for the registry and its token service
/// @param auth how requests are authenticated
/// @param digest of the manifest that an earlier attempt of the run found for `artifact`; null for the first attempt
public record OciSpec(
        String endpoint,
        OciReference artifact,
        @Nullable String platform,
        TlsSpec tls,
        OciAuth auth,
        @Nullable String digest)
        implements StoreSpec {
    private static final Pattern PLATFORM = Pattern.compile("[a-z0-9]+/[a-z0-9_]+(/[a-z0-9.]+)?");

    /// The specification of a run's first attempt.
    public OciSpec(
            String endpoint,
            OciReference artifact,
            @Nullable String platform,
            TlsSpec tls,
            OciAuth auth) {
        this(endpoint, artifact, platform, tls, auth, null);
    }

    @Override
    public StoreSpec at(String revision) {
        return new OciSpec(endpoint, artifact, platform, tls, auth, revision);
    }

    /// Whether a text is a platform.
    public static boolean isPlatform(String text) {
        return PLATFORM.matcher(text).matches();
    }

    static OciSpec read(WireReader in) throws WireException {
        in.onlyKnown("type", "endpoint", "artifact", "platform", "tls", "auth", "digest");
        OciReference artifact;
        try {
            artifact = OciReference.parse(in.text("artifact"));
        } catch (IllegalArgumentException e) {
            throw in.wrong("artifact", String.valueOf(e.getMessage()));
        }
        String platform = in.optionalText("platform");
        if (platform != null && !isPlatform(platform)) {
            throw in.wrong("platform", "must be os/architecture or os/architecture/variant");
        }
        String digest = in.optionalText("digest");
        if (digest != null && !OciReference.isDigest(digest)) {
            throw in.wrong("digest", "must be a digest such as sha256:…");
        }
        return new OciSpec(
                in.text("endpoint"),
                artifact,
                platform,
                TlsSpec.read(in.optionalObject("tls")),
                OciAuthJson.read(in.object("auth")),
                digest);
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "endpoint", endpoint);
        WireWriter.text(json, "artifact", artifact.toString());
        WireWriter.text(json, "platform", platform);
        json.writeObjectFieldStart("tls");
        tls.write(json);
        json.writeEndObject();
        json.writeObjectFieldStart("auth");
        OciAuthJson.write(json, auth);
        json.writeEndObject();
        if (digest != null) {
            WireWriter.text(json, "digest", digest);
        }
    }
}
