package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/// A [GcsAuth] as JSON: its `mode`, and the fields of that mode.
final class GcsAuthJson {
    private GcsAuthJson() {}

    private enum Mode {
        ANONYMOUS("anonymous"),
        SERVICE_ACCOUNT_KEY("serviceAccountKey"),
        FEDERATION("federation"),
        METADATA("metadata"),
        APPLICATION_DEFAULT("applicationDefault");

        private final String wireName;

        Mode(String wireName) {
            this.wireName = wireName;
        }
    }

    static GcsAuth read(WireReader in) throws WireException {
        Mode mode = in.choice("mode", Mode.values(), choice -> choice.wireName, null);
        return switch (mode) {
            case ANONYMOUS -> {
                in.onlyKnown("mode");
                yield new GcsAuth.Anonymous();
            }
            case METADATA -> {
                in.onlyKnown("mode");
                yield new GcsAuth.Metadata();
            }
            case APPLICATION_DEFAULT -> {
                in.onlyKnown("mode");
                yield new GcsAuth.ApplicationDefault();
            }
            case SERVICE_ACCOUNT_KEY -> {
                in.onlyKnown("mode", "keyFile");
                yield new GcsAuth.ServiceAccountKey(in.text("keyFile"));
            }
            case FEDERATION -> {
                in.onlyKnown("mode", "provider", "tokenFile", "stsEndpoint");
                yield new GcsAuth.Federation(
                        in.text("provider"), in.text("tokenFile"), in.optionalText("stsEndpoint"));
            }
        };
    }

    static void write(JsonGenerator json, GcsAuth auth) throws IOException {
        switch (auth) {
            case GcsAuth.Anonymous anonymous -> mode(json, Mode.ANONYMOUS);
            case GcsAuth.Metadata metadata -> mode(json, Mode.METADATA);
            case GcsAuth.ApplicationDefault adc -> mode(json, Mode.APPLICATION_DEFAULT);
            case GcsAuth.ServiceAccountKey key -> {
                mode(json, Mode.SERVICE_ACCOUNT_KEY);
                WireWriter.text(json, "keyFile", key.keyFile());
            }
            case GcsAuth.Federation federation -> {
                mode(json, Mode.FEDERATION);
                WireWriter.text(json, "provider", federation.provider());
                WireWriter.text(json, "tokenFile", federation.tokenFile());
                WireWriter.text(json, "stsEndpoint", federation.stsEndpoint());
            }
        }
    }

    private static void mode(JsonGenerator json, Mode mode) throws IOException {
        WireWriter.text(json, "mode", mode.wireName);
    }
}
