package dev.cistern.populate.wire;

/// How requests to an OCI registry, or to the token service that it names, are authenticated. It never holds a secret.
public sealed interface OciAuth {
    /// Nobody in particular.
    record Anonymous() implements OciAuth {}

    /// A user, with the name from `CISTERN_SOURCE_<i>_USERNAME` and the password from `_PASSWORD`.
    record Basic() implements OciAuth {}

    /// Who holds the registry's own token, from `CISTERN_SOURCE_<i>_TOKEN`.
    record Bearer() implements OciAuth {}

    /// Whom a file says for the registry, in the form of Docker's `config.json`.
    ///
    /// @param file read again whenever credentials are needed
    record DockerConfig(String file) implements OciAuth {}
}
