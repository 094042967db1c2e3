package dev.cistern.populate.wire;

/// How requests to an HTTP server are authenticated. It never holds a secret.
public enum HttpAuth {
    /// No credentials.
    ANONYMOUS("anonymous"),
    /// Basic authentication with `CISTERN_SOURCE_<i>_USERNAME` and `_PASSWORD`.
    BASIC("basic"),
    /// A bearer token, from `CISTERN_SOURCE_<i>_TOKEN`.
    BEARER("bearer");

    private final String wireName;

    HttpAuth(String wireName) {
        this.wireName = wireName;
    }

    /// The name in JSON, for example `bearer`.
    public String wireName() {
        return wireName;
    }
}
