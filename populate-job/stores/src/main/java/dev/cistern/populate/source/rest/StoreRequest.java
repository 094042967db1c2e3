package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.Origin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request in a store's protocol, unsigned. It may be sent several times: after a redirect, or with new credentials.
///
/// It must not contain secrets, because it is sent wherever a redirect leads; a [RequestSigner] adds secrets.
///
/// @param method `GET`, `HEAD` or `POST`; sent twice at most if a kept-alive connection turns out to be closed
/// @param origin destination; null for the endpoint's
/// @param path percent-encoded, beginning with `/`
/// @param query percent-encoded, in the order that the store's signature requires; empty where there is none
/// @param headers lower-case names and values alternating
/// @param encoding `Accept-Encoding`, never signed, because proxies change it; null for none
/// @param body empty except for `POST`
/// @param object id of the requested object, for messages; null for a listing or a token
/// @param probe whether status 416 is a success
/// @param redirects looks at responses that lead elsewhere; null where any will do
public record StoreRequest(
        String method,
        @Nullable Origin origin,
        String path,
        String query,
        List<String> headers,
        @Nullable String encoding,
        byte[] body,
        @Nullable String object,
        boolean probe,
        @Nullable RedirectCheck redirects) {
    private static final byte[] NO_BODY = new byte[0];

    private StoreRequest(String method, String path, byte[] body) {
        this(method, null, path, "", List.of(), null, body, null, false, null);
    }

    public static StoreRequest get(String path) {
        return new StoreRequest("GET", path, NO_BODY);
    }

    public static StoreRequest head(String path) {
        return new StoreRequest("HEAD", path, NO_BODY);
    }

    /// A `POST` that is safe to repeat, such as one for a token.
    ///
    /// @param type of the body
    public static StoreRequest post(String path, String type, String body) {
        return new StoreRequest("POST", path, body.getBytes(StandardCharsets.UTF_8))
                .header("content-type", type);
    }

    /// A copy for another host than the endpoint's; [StoreEndpoint#redirected] decides whether credentials are sent
    /// along.
    public StoreRequest at(Origin other) {
        return new StoreRequest(
                method, other, path, query, headers, encoding, body, object, probe, redirects);
    }

    public StoreRequest query(String encoded) {
        return new StoreRequest(
                method, origin, path, encoded, headers, encoding, body, object, probe, redirects);
    }

    /// A copy with another header.
    ///
    /// @param name lower case
    /// @param value without line breaks; null for none
    public StoreRequest header(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        List<String> more = new ArrayList<>(headers.size() + 2);
        more.addAll(headers);
        more.add(name);
        more.add(value);
        return new StoreRequest(
                method, origin, path, query, more, encoding, body, object, probe, redirects);
    }

    /// A copy for a range of an object.
    ///
    /// @param range such as `bytes=0-9`; empty for all
    public StoreRequest range(String range) {
        return range.isEmpty() ? this : header("range", range);
    }

    public StoreRequest encoding(@Nullable String accepted) {
        return new StoreRequest(
                method, origin, path, query, headers, accepted, body, object, probe, redirects);
    }

    public StoreRequest about(String objectId) {
        return new StoreRequest(
                method, origin, path, query, headers, encoding, body, objectId, probe, redirects);
    }

    public StoreRequest probing() {
        return new StoreRequest(
                method, origin, path, query, headers, encoding, body, object, true, redirects);
    }

    /// The same where answers that lead elsewhere are looked at first.
    public StoreRequest redirects(RedirectCheck check) {
        return new StoreRequest(
                method, origin, path, query, headers, encoding, body, object, probe, check);
    }

    /// Whether the response has no body.
    boolean headOnly() {
        return method.equals("HEAD");
    }
}
