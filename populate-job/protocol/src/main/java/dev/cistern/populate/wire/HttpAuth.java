package dev.cistern.populate.wire;

/// How requests to an HTTP server are authenticated. It never holds a secret.
public enum HttpAuth {
    /// Nobody in particular.
    ANONYMOUS("anonymous"),
    /// A user, with the name from `CISTERN_SOURCE_<i>_USERNAME` and the password from `_PASSWORD`.
    BASIC("basic"),
    /// Who holds the token from `CISTERN_SOURCE_<i>_TOKEN`.
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
