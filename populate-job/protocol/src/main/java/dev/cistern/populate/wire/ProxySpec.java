package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The HTTP proxies of a source. User and password, where there are any, come in the container's environment as
/// `CISTERN_SOURCE_<i>_PROXY_USERNAME` and `_PROXY_PASSWORD`.
///
/// @param http URL of the proxy for requests without TLS, `http://HOST:PORT`; null for none
/// @param https likewise for those over TLS
/// @param exempt hosts reached directly: entries as in `NO_PROXY`
/// @param setBy where it was configured, for messages
public record ProxySpec(
        @Nullable String http, @Nullable String https, List<String> exempt, SetBy setBy) {
    /// Limit against mistakes.
    static final int MAX_EXEMPT = 256;

    /// Where a proxy was configured.
    public enum SetBy {
        /// The field `proxy` of the backend.
        BACKEND("backend"),
        /// The controller's own settings, for all Jobs.
        CONTROLLER("controller");

        private final String wireName;

        SetBy(String wireName) {
            this.wireName = wireName;
        }
    }

    public ProxySpec {
        exempt = List.copyOf(exempt);
    }

    static @Nullable ProxySpec read(@Nullable WireReader in) throws WireException {
        if (in == null) {
            return null;
        }
        in.onlyKnown("http", "https", "exempt", "setBy");
        return new ProxySpec(
                in.optionalText("http"),
                in.optionalText("https"),
                in.texts("exempt", MAX_EXEMPT),
                in.choice("setBy", SetBy.values(), by -> by.wireName, null));
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "http", http);
        WireWriter.text(json, "https", https);
        WireWriter.texts(json, "exempt", exempt);
        WireWriter.text(json, "setBy", setBy.wireName);
    }
}
