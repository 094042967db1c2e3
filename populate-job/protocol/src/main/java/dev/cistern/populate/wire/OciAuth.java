package dev.cistern.populate.wire;

/// Authentication with an OCI registry or its token service. Contains no secrets.
public sealed interface OciAuth {
    /// Anonymous.
    record Anonymous() implements OciAuth {}

    /// User name from `CISTERN_SOURCE_<i>_USERNAME` and password from `_PASSWORD`.
    record Basic() implements OciAuth {}

    /// A registry token from `CISTERN_SOURCE_<i>_TOKEN`.
    record Bearer() implements OciAuth {}

    /// The registry's entry in a file in the form of Docker's `config.json`.
    ///
    /// @param file read again whenever credentials are needed
    record DockerConfig(String file) implements OciAuth {}
}
