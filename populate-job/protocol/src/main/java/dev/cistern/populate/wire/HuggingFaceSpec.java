package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A repo of the Hugging Face Hub, or a part of it.
///
/// @param endpoint URL of the Hub or of a mirror, perhaps with a path; null means the Hub's own
/// @param tls which certificates are accepted
/// @param place kind of repo, name, revision and path
/// @param commit what the revision was when an earlier attempt asked, in hex; null where nobody has
/// @param auth how requests are authenticated
public record HuggingFaceSpec(
        @Nullable String endpoint,
        TlsSpec tls,
        HuggingFacePath place,
        @Nullable String commit,
        HuggingFaceAuth auth)
        implements StoreSpec {
    /// SHA-1, or SHA-256 in repos of git's newer format.
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}([0-9a-f]{24})?");

    /// Whether a text is a whole commit id.
    public static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    @Override
    public StoreSpec at(String revision) {
        return new HuggingFaceSpec(endpoint, tls, place, revision, auth);
    }

    private enum Mode {
        ANONYMOUS("anonymous"),
        TOKEN_FILE("tokenFile"),
        ENVIRONMENT("environment");

        private final String wireName;

        Mode(String wireName) {
            this.wireName = wireName;
        }
    }

    static HuggingFaceSpec read(WireReader in) throws WireException {
        in.onlyKnown(
                "type", "endpoint", "tls", "kind", "repo", "revision", "path", "commit", "auth");
        HuggingFacePath place =
                new HuggingFacePath(
                        in.choice(
                                "kind",
                                HuggingFacePath.Kind.values(),
                                HuggingFacePath.Kind::wireName,
                                null),
                        in.text("repo"),
                        in.optionalText("revision"),
                        in.text("path", ""));
        String commit = in.optionalText("commit");
        if (commit != null && !isCommit(commit)) {
            throw in.wrong("commit", "must be 40 or 64 lower-case hex digits");
        }
        return new HuggingFaceSpec(
                in.optionalText("endpoint"),
                TlsSpec.read(in.optionalObject("tls")),
                place,
                commit,
                auth(in.object("auth")));
    }

    private static HuggingFaceAuth auth(WireReader in) throws WireException {
        return switch (in.choice("mode", Mode.values(), mode -> mode.wireName, null)) {
            case ANONYMOUS -> {
                in.onlyKnown("mode");
                yield new HuggingFaceAuth.Anonymous();
            }
            case ENVIRONMENT -> {
                in.onlyKnown("mode");
                yield new HuggingFaceAuth.Environment();
            }
            case TOKEN_FILE -> {
                in.onlyKnown("mode", "tokenFile");
                yield new HuggingFaceAuth.TokenFile(in.text("tokenFile"));
            }
        };
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "endpoint", endpoint);
        json.writeObjectFieldStart("tls");
        tls.write(json);
        json.writeEndObject();
        WireWriter.text(json, "kind", place.kind().wireName());
        WireWriter.text(json, "repo", place.repo());
        WireWriter.text(json, "revision", place.revision());
        WireWriter.text(json, "path", place.path());
        WireWriter.text(json, "commit", commit);
        json.writeObjectFieldStart("auth");
        switch (auth) {
            case HuggingFaceAuth.Anonymous anonymous ->
                    WireWriter.text(json, "mode", Mode.ANONYMOUS.wireName);
            case HuggingFaceAuth.Environment environment ->
                    WireWriter.text(json, "mode", Mode.ENVIRONMENT.wireName);
            case HuggingFaceAuth.TokenFile file -> {
                WireWriter.text(json, "mode", Mode.TOKEN_FILE.wireName);
                WireWriter.text(json, "tokenFile", file.tokenFile());
            }
        }
        json.writeEndObject();
    }
}
