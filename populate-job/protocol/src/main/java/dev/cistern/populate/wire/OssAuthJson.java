package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// An [OssAuth] as JSON: its `mode`, and the fields of that mode.
final class OssAuthJson {
    private OssAuthJson() {}

    private enum Mode {
        ANONYMOUS("anonymous"),
        ACCESS_KEY("accessKey"),
        RRSA("rrsa"),
        ENVIRONMENT("environment");

        private final String wireName;

        Mode(String wireName) {
            this.wireName = wireName;
        }
    }

    static OssAuth read(WireReader in) throws WireException {
        Mode mode = in.choice("mode", Mode.values(), choice -> choice.wireName, null);
        return switch (mode) {
            case ANONYMOUS -> {
                in.onlyKnown("mode");
                yield new OssAuth.Anonymous();
            }
            case ACCESS_KEY -> {
                in.onlyKnown("mode", "directory");
                yield new OssAuth.AccessKey(in.text("directory"));
            }
            case RRSA -> {
                in.onlyKnown("mode", "identity", "stsEndpoint", "sessionName");
                yield new OssAuth.Rrsa(
                        identity(in.optionalObject("identity")),
                        in.optionalText("stsEndpoint"),
                        in.optionalText("sessionName"));
            }
            case ENVIRONMENT -> {
                in.onlyKnown("mode", "stsEndpoint");
                yield new OssAuth.Environment(in.optionalText("stsEndpoint"));
            }
        };
    }

    private static OssAuth.@Nullable Identity identity(@Nullable WireReader in)
            throws WireException {
        if (in == null) {
            return null;
        }
        in.onlyKnown("roleArn", "oidcProviderArn", "tokenFile");
        return new OssAuth.Identity(
                in.text("roleArn"), in.text("oidcProviderArn"), in.text("tokenFile"));
    }

    static void write(JsonGenerator json, OssAuth auth) throws IOException {
        switch (auth) {
            case OssAuth.Anonymous anonymous -> mode(json, Mode.ANONYMOUS);
            case OssAuth.Environment environment -> {
                mode(json, Mode.ENVIRONMENT);
                WireWriter.text(json, "stsEndpoint", environment.stsEndpoint());
            }
            case OssAuth.AccessKey key -> {
                mode(json, Mode.ACCESS_KEY);
                WireWriter.text(json, "directory", key.directory());
            }
            case OssAuth.Rrsa rrsa -> {
                mode(json, Mode.RRSA);
                OssAuth.Identity identity = rrsa.identity();
                if (identity != null) {
                    json.writeObjectFieldStart("identity");
                    WireWriter.text(json, "roleArn", identity.roleArn());
                    WireWriter.text(json, "oidcProviderArn", identity.oidcProviderArn());
                    WireWriter.text(json, "tokenFile", identity.tokenFile());
                    json.writeEndObject();
                }
                WireWriter.text(json, "stsEndpoint", rrsa.stsEndpoint());
                WireWriter.text(json, "sessionName", rrsa.sessionName());
            }
        }
    }

    private static void mode(JsonGenerator json, Mode mode) throws IOException {
        WireWriter.text(json, "mode", mode.wireName);
    }
}
