package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.Origin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request in a store's protocol, without what signs it. It is sent once or more: after a redirect, or with new credentials.
///
/// Nothing secret belongs in here, because it goes wherever a redirect leads; a [RequestSigner] adds what is secret.
///
/// @param method `GET`, `HEAD` or `POST`; sent twice at most where a kept-alive connection turns out to be closed
/// @param origin to send it to; null means the endpoint's own
/// @param path percent-encoded, beginning with `/`
/// @param query percent-encoded, in the order that the store's signature wants; empty where there is none
/// @param headers names in lower case and values alternating
/// @param encoding `Accept-Encoding`, which is never signed, because proxies change it; null sends none
/// @param body empty but with `POST`
/// @param object the id of the object that it is about, for messages; null for a listing or a token
/// @param probe whether the answer that there is no such byte (416) is a good one
public record StoreRequest(
        String method,
        @Nullable Origin origin,
        String path,
        String query,
        List<String> headers,
        @Nullable String encoding,
        byte[] body,
        @Nullable String object,
        boolean probe) {
    private static final byte[] NO_BODY = new byte[0];

    private StoreRequest(String method, String path, byte[] body) {
        this(method, null, path, "", List.of(), null, body, null, false);
    }

    public static StoreRequest get(String path) {
        return new StoreRequest("GET", path, NO_BODY);
    }

    public static StoreRequest head(String path) {
        return new StoreRequest("HEAD", path, NO_BODY);
    }

    /// A request that is safe to send twice all the same, such as one for a token.
    ///
    /// @param type of the body
    public static StoreRequest post(String path, String type, String body) {
        return new StoreRequest("POST", path, body.getBytes(StandardCharsets.UTF_8))
                .header("content-type", type);
    }

    /// The same to another host than the endpoint's; whether credentials go along is for [StoreEndpoint#redirected] to say.
    public StoreRequest at(Origin other) {
        return new StoreRequest(method, other, path, query, headers, encoding, body, object, probe);
    }

    public StoreRequest query(String encoded) {
        return new StoreRequest(
                method, origin, path, encoded, headers, encoding, body, object, probe);
    }

    /// The same with a header more.
    ///
    /// @param name lower case
    /// @param value without line breaks; null adds nothing
    public StoreRequest header(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        List<String> more = new ArrayList<>(headers.size() + 2);
        more.addAll(headers);
        more.add(name);
        more.add(value);
        return new StoreRequest(method, origin, path, query, more, encoding, body, object, probe);
    }

    /// The same for some bytes of an object.
    ///
    /// @param range such as `bytes=0-9`; empty means all
    public StoreRequest range(String range) {
        return range.isEmpty() ? this : header("range", range);
    }

    public StoreRequest encoding(@Nullable String accepted) {
        return new StoreRequest(
                method, origin, path, query, headers, accepted, body, object, probe);
    }

    public StoreRequest about(String objectId) {
        return new StoreRequest(
                method, origin, path, query, headers, encoding, body, objectId, probe);
    }

    public StoreRequest probing() {
        return new StoreRequest(method, origin, path, query, headers, encoding, body, object, true);
    }

    /// Whether the answer has a head alone.
    boolean headOnly() {
        return method.equals("HEAD");
    }
}
