package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// How a source is entered. It never holds a secret: access keys come by the container's environment.
///
/// @param mode which of the ways
/// @param roleArn the role to assume, required for [Mode#WEB_IDENTITY]
/// @param tokenFile the file that holds the web identity token, required for [Mode#WEB_IDENTITY]
/// @param stsEndpoint URL of the token service; null means the provider's own
/// @param stsRegion region that token requests are signed for and sent to; null means the source's
/// @param sessionName name of the assumed session; null means `cistern`
public record AuthSpec(
        Mode mode,
        @Nullable String roleArn,
        @Nullable String tokenFile,
        @Nullable String stsEndpoint,
        @Nullable String stsRegion,
        @Nullable String sessionName) {

    /// The ways in.
    public enum Mode {
        /// A key and its secret, from `CISTERN_SOURCE_<i>_ACCESS_KEY_ID` and its siblings.
        ACCESS_KEY("accessKey"),
        /// Unsigned requests.
        ANONYMOUS("anonymous"),
        /// A role assumed with a projected service account token.
        WEB_IDENTITY("webIdentity");

        private final String wireName;

        Mode(String wireName) {
            this.wireName = wireName;
        }

        /// The name in JSON, for example `accessKey`.
        public String wireName() {
            return wireName;
        }
    }

    /// Access keys from the environment.
    public static AuthSpec accessKey() {
        return new AuthSpec(Mode.ACCESS_KEY, null, null, null, null, null);
    }

    /// Unsigned requests.
    public static AuthSpec anonymous() {
        return new AuthSpec(Mode.ANONYMOUS, null, null, null, null, null);
    }

    static AuthSpec read(WireReader in) throws WireException {
        in.onlyKnown("mode", "roleArn", "tokenFile", "stsEndpoint", "stsRegion", "sessionName");
        AuthSpec auth =
                new AuthSpec(
                        in.choice("mode", Mode.values(), Mode::wireName, null),
                        in.optionalText("roleArn"),
                        in.optionalText("tokenFile"),
                        in.optionalText("stsEndpoint"),
                        in.optionalText("stsRegion"),
                        in.optionalText("sessionName"));
        if (auth.mode == Mode.WEB_IDENTITY) {
            in.text("roleArn");
            in.text("tokenFile");
        }
        return auth;
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "mode", mode.wireName());
        WireWriter.text(json, "roleArn", roleArn);
        WireWriter.text(json, "tokenFile", tokenFile);
        WireWriter.text(json, "stsEndpoint", stsEndpoint);
        WireWriter.text(json, "stsRegion", stsRegion);
        WireWriter.text(json, "sessionName", sessionName);
    }
}
