package dev.cistern.populate.source.rest;

import dev.cistern.populate.http.Origin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request being sent, to which a signer adds headers.
public final class OutgoingRequest {
    private final StoreRequest request;
    private final Origin origin;
    private final String path;
    private String query;
    private final List<String> headers = new ArrayList<>(16);

    OutgoingRequest(StoreRequest request, Origin origin, String path, String query) {
        this.request = request;
        this.origin = origin;
        this.path = path;
        this.query = query;
        header("host", origin.authority());
        for (int i = 0; i < request.headers().size(); i += 2) {
            header(request.headers().get(i), request.headers().get(i + 1));
        }
    }

    public String method() {
        return request.method();
    }

    public Origin origin() {
        return origin;
    }

    /// Percent-encoded, as sent.
    public String path() {
        return path;
    }

    /// Percent-encoded, as sent; empty where there is none.
    public String query() {
        return query;
    }

    /// The id of the object that it is about; null for a listing or a token.
    public @Nullable String object() {
        return request.object();
    }

    /// Adds a credential to the query. Redirects do not carry it to another host.
    ///
    /// @param encoded names and values, percent-encoded
    /// @throws IllegalArgumentException when it would end the request's line
    public void addToQuery(String encoded) {
        if (!encoded.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("a query holds something that is not encoded");
        }
        query = query.isEmpty() ? encoded : query + '&' + encoded;
    }

    public byte[] body() {
        return request.body();
    }

    /// Lower-case names and values alternating, sorted by name, including `host`, as signatures require. Connection
    /// headers (`content-length`, `accept-encoding`, `user-agent`) are not included and never signed.
    public List<String> headers() {
        return headers;
    }

    /// Adds a header.
    ///
    /// @param name lower case
    /// @throws IllegalArgumentException when the value contains a line break
    public void header(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\r' || c == '\n' || c == 0) {
                throw new IllegalArgumentException("header " + name + " holds a line break");
            }
        }
        int at = headers.size();
        while (at > 0 && headers.get(at - 2).compareTo(name) > 0) {
            at -= 2;
        }
        headers.add(at, value);
        headers.add(at, name);
    }
}
