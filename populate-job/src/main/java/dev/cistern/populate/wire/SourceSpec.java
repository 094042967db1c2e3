package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One place that bytes come from, and where below the target they go.
///
/// @param type which store, for example `s3`
/// @param endpoint URL of the store; null means the provider's own
/// @param region the provider's region; null where the store has none
/// @param pathStyle whether the bucket is in the path rather than in the host name
/// @param skipTlsVerification whether any certificate is accepted
/// @param caFile PEM file of certificate authorities to trust besides the platform's; null means the platform's alone
/// @param caPem certificate authorities to trust likewise, as PEM text; null means none. At most one of the two is given
/// @param bucket the bucket's name, not empty
/// @param prefix a tree (ends with `/`, or empty for the whole bucket) or one object's key
/// @param into directory below the target, without leading or trailing `/`; empty means the target itself
/// @param include globs on the path below the prefix; empty means everything
/// @param exclude globs on the path below the prefix; wins over `include`
/// @param sha256 pins a source of exactly one object, 64 lower-case hex digits; null pins nothing
/// @param auth how to get in
public record SourceSpec(
        String type,
        @Nullable String endpoint,
        @Nullable String region,
        boolean pathStyle,
        boolean skipTlsVerification,
        @Nullable String caFile,
        @Nullable String caPem,
        String bucket,
        String prefix,
        String into,
        List<String> include,
        List<String> exclude,
        @Nullable String sha256,
        AuthSpec auth) {

    /// A list of patterns longer than this is a mistake; 256 × 1 KiB still fits an environment variable.
    static final int MAX_PATTERNS = 256;

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public SourceSpec {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    static SourceSpec read(WireReader in) throws WireException {
        in.onlyKnown(
                "type",
                "endpoint",
                "region",
                "pathStyle",
                "skipTlsVerification",
                "caFile",
                "caPem",
                "bucket",
                "prefix",
                "into",
                "include",
                "exclude",
                "sha256",
                "auth");
        SourceSpec source =
                new SourceSpec(
                        in.text("type"),
                        in.optionalText("endpoint"),
                        in.optionalText("region"),
                        in.flag("pathStyle", false),
                        in.flag("skipTlsVerification", false),
                        in.optionalText("caFile"),
                        in.optionalText("caPem"),
                        in.text("bucket"),
                        in.text("prefix", ""),
                        in.text("into", ""),
                        in.texts("include", MAX_PATTERNS),
                        in.texts("exclude", MAX_PATTERNS),
                        in.optionalText("sha256"),
                        AuthSpec.read(in.object("auth")));
        if (source.bucket.isEmpty()) {
            throw in.wrong("bucket", "must not be empty");
        }
        if (source.caFile != null && source.caPem != null) {
            throw in.wrong("caPem", "must not be given together with caFile");
        }
        if (source.sha256 != null && !SHA256.matcher(source.sha256).matches()) {
            throw in.wrong("sha256", "must be 64 lower-case hex digits");
        }
        return source;
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "type", type);
        WireWriter.text(json, "endpoint", endpoint);
        WireWriter.text(json, "region", region);
        json.writeBooleanField("pathStyle", pathStyle);
        json.writeBooleanField("skipTlsVerification", skipTlsVerification);
        WireWriter.text(json, "caFile", caFile);
        WireWriter.text(json, "caPem", caPem);
        WireWriter.text(json, "bucket", bucket);
        WireWriter.text(json, "prefix", prefix);
        WireWriter.text(json, "into", into);
        WireWriter.texts(json, "include", include);
        WireWriter.texts(json, "exclude", exclude);
        WireWriter.text(json, "sha256", sha256);
        json.writeObjectFieldStart("auth");
        auth.write(json);
        json.writeEndObject();
    }
}
