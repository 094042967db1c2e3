package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/// An [S3Auth] as JSON: its `mode`, and the fields of that mode.
final class S3AuthJson {
    private S3AuthJson() {}

    private enum Mode {
        ACCESS_KEY("accessKey"),
        ANONYMOUS("anonymous"),
        WEB_IDENTITY("webIdentity"),
        PLATFORM("platform"),
        DEFAULT_CHAIN("defaultChain");

        private final String wireName;

        Mode(String wireName) {
            this.wireName = wireName;
        }
    }

    static S3Auth read(WireReader in) throws WireException {
        Mode mode = in.choice("mode", Mode.values(), choice -> choice.wireName, null);
        return switch (mode) {
            case ACCESS_KEY -> {
                in.onlyKnown("mode", "directory");
                yield new S3Auth.AccessKey(in.optionalText("directory"));
            }
            case ANONYMOUS -> {
                in.onlyKnown("mode");
                yield new S3Auth.Anonymous();
            }
            case DEFAULT_CHAIN -> {
                in.onlyKnown("mode");
                yield new S3Auth.DefaultChain();
            }
            case PLATFORM -> {
                in.onlyKnown("mode", "stsEndpoint", "sessionName");
                yield new S3Auth.Platform(
                        in.optionalText("stsEndpoint"), in.optionalText("sessionName"));
            }
            case WEB_IDENTITY -> {
                in.onlyKnown(
                        "mode", "roleArn", "tokenFile", "stsEndpoint", "stsRegion", "sessionName");
                yield webIdentity(in);
            }
        };
    }

    static S3Auth webIdentity(WireReader in) throws WireException {
        return new S3Auth.WebIdentity(
                in.text("roleArn"),
                in.text("tokenFile"),
                in.optionalText("stsEndpoint"),
                in.optionalText("stsRegion"),
                in.optionalText("sessionName"));
    }

    static void write(JsonGenerator json, S3Auth auth) throws IOException {
        switch (auth) {
            case S3Auth.AccessKey key -> {
                mode(json, Mode.ACCESS_KEY);
                if (key.directory() != null) {
                    WireWriter.text(json, "directory", key.directory());
                }
            }
            case S3Auth.Anonymous anonymous -> mode(json, Mode.ANONYMOUS);
            case S3Auth.DefaultChain chain -> mode(json, Mode.DEFAULT_CHAIN);
            case S3Auth.Platform platform -> {
                mode(json, Mode.PLATFORM);
                WireWriter.text(json, "stsEndpoint", platform.stsEndpoint());
                WireWriter.text(json, "sessionName", platform.sessionName());
            }
            case S3Auth.WebIdentity role -> {
                mode(json, Mode.WEB_IDENTITY);
                WireWriter.text(json, "roleArn", role.roleArn());
                WireWriter.text(json, "tokenFile", role.tokenFile());
                WireWriter.text(json, "stsEndpoint", role.stsEndpoint());
                WireWriter.text(json, "stsRegion", role.stsRegion());
                WireWriter.text(json, "sessionName", role.sessionName());
            }
        }
    }

    private static void mode(JsonGenerator json, Mode mode) throws IOException {
        WireWriter.text(json, "mode", mode.wireName);
    }
}
