package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/// An [OciAuth] as JSON: its `mode`, and the fields of that mode.
final class OciAuthJson {
    private OciAuthJson() {}

    private enum Mode {
        ANONYMOUS("anonymous"),
        BASIC("basic"),
        BEARER("bearer"),
        DOCKER_CONFIG("dockerConfig");

        private final String wireName;

        Mode(String wireName) {
            this.wireName = wireName;
        }
    }

    static OciAuth read(WireReader in) throws WireException {
        Mode mode = in.choice("mode", Mode.values(), choice -> choice.wireName, null);
        if (mode != Mode.DOCKER_CONFIG) {
            in.onlyKnown("mode");
        }
        return switch (mode) {
            case ANONYMOUS -> new OciAuth.Anonymous();
            case BASIC -> new OciAuth.Basic();
            case BEARER -> new OciAuth.Bearer();
            case DOCKER_CONFIG -> {
                in.onlyKnown("mode", "file");
                yield new OciAuth.DockerConfig(in.text("file"));
            }
        };
    }

    static void write(JsonGenerator json, OciAuth auth) throws IOException {
        switch (auth) {
            case OciAuth.Anonymous anonymous -> mode(json, Mode.ANONYMOUS);
            case OciAuth.Basic basic -> mode(json, Mode.BASIC);
            case OciAuth.Bearer bearer -> mode(json, Mode.BEARER);
            case OciAuth.DockerConfig config -> {
                mode(json, Mode.DOCKER_CONFIG);
                WireWriter.text(json, "file", config.file());
            }
        }
    }

    private static void mode(JsonGenerator json, Mode mode) throws IOException {
        WireWriter.text(json, "mode", mode.wireName);
    }
}
