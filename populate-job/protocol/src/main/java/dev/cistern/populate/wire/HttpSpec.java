package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A file of an HTTP server, or the files of a list.
///
/// @param endpoint URL prefix of everything that may be requested, except for `allowedHosts`
/// @param path URL of the file or the list, absolute or relative to the endpoint
/// @param list the form of the list; null means that `path` is the file
/// @param sha256 of the file or the list, 64 lower-case hex digits; null where it is not known
/// @param headers that every request to the endpoint's own host carries
/// @param allowedHosts other hosts that a list may name, with a port unless it is the scheme's default
/// @param allowedPaths where files may be read below the endpoint, as URLs absolute or relative to it: what ends with a slash is what is below it, any
///     other is itself and what is below it; empty means everything
/// @param tls which certificates are accepted
/// @param auth how requests are authenticated
public record HttpSpec(
        String endpoint,
        String path,
        @Nullable ListForm list,
        @Nullable String sha256,
        List<Header> headers,
        List<String> allowedHosts,
        List<String> allowedPaths,
        TlsSpec tls,
        HttpAuth auth)
        implements StoreSpec {
    private static final int MAX_HEADERS = 32;
    private static final int MAX_HOSTS = 256;
    private static final int MAX_PATHS = 256;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public HttpSpec {
        headers = List.copyOf(headers);
        allowedHosts = List.copyOf(allowedHosts);
        allowedPaths = List.copyOf(allowedPaths);
    }

    /// A specification that may read everything below the endpoint.
    public HttpSpec(
            String endpoint,
            String path,
            @Nullable ListForm list,
            @Nullable String sha256,
            List<Header> headers,
            List<String> allowedHosts,
            TlsSpec tls,
            HttpAuth auth) {
        this(endpoint, path, list, sha256, headers, allowedHosts, List.of(), tls, auth);
    }

    /// A header.
    ///
    /// @param name such as `X-Api-Key`
    /// @param value null for a secret, which is in `CISTERN_SOURCE_<i>_HEADER_<k>` for header number k, from 0
    public record Header(String name, @Nullable String value) {}

    @Override
    public @Nullable String pin() {
        return list == null ? sha256 : null;
    }

    static HttpSpec read(WireReader in) throws WireException {
        in.onlyKnown(
                "type",
                "endpoint",
                "path",
                "list",
                "sha256",
                "headers",
                "allowedHosts",
                "allowedPaths",
                "tls",
                "auth");
        List<Header> headers = new ArrayList<>();
        for (WireReader header : in.objects("headers", MAX_HEADERS)) {
            header.onlyKnown("name", "value");
            headers.add(new Header(header.text("name"), header.optionalText("value")));
        }
        String list = in.optionalText("list");
        HttpSpec spec =
                new HttpSpec(
                        in.text("endpoint"),
                        in.text("path"),
                        list == null
                                ? null
                                : in.choice("list", ListForm.values(), ListForm::wireName, null),
                        in.optionalText("sha256"),
                        headers,
                        in.texts("allowedHosts", MAX_HOSTS),
                        in.texts("allowedPaths", MAX_PATHS),
                        TlsSpec.read(in.optionalObject("tls")),
                        in.choice("auth", HttpAuth.values(), HttpAuth::wireName, null));
        if (spec.sha256 != null && !SHA256.matcher(spec.sha256).matches()) {
            throw in.wrong("sha256", "must be 64 lower-case hex digits");
        }
        return spec;
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "endpoint", endpoint);
        WireWriter.text(json, "path", path);
        WireWriter.text(json, "list", list == null ? null : list.wireName());
        WireWriter.text(json, "sha256", sha256);
        json.writeArrayFieldStart("headers");
        for (Header header : headers) {
            json.writeStartObject();
            WireWriter.text(json, "name", header.name());
            WireWriter.text(json, "value", header.value());
            json.writeEndObject();
        }
        json.writeEndArray();
        WireWriter.texts(json, "allowedHosts", allowedHosts);
        if (!allowedPaths.isEmpty()) {
            WireWriter.texts(json, "allowedPaths", allowedPaths);
        }
        json.writeObjectFieldStart("tls");
        tls.write(json);
        json.writeEndObject();
        WireWriter.text(json, "auth", auth.wireName());
    }
}
