package dev.cistern.populate.store;

import org.jspecify.annotations.Nullable;

/// An option of a store on the command line. Options of the same name take a value with all stores or with none.
///
/// @param name such as `--endpoint`
/// @param value what its value is called in the help, such as `URL`; null for an option that takes none
/// @param help what it does, as one line of the help
public record StoreOption(String name, @Nullable String value, String help) {
    /// Requests without credentials.
    public static final StoreOption ANONYMOUS =
            new StoreOption("--anonymous", null, "do not sign requests");

    /// Certificate authorities besides the platform's.
    public static final StoreOption CA_FILE =
            new StoreOption("--ca-file", "FILE", "trust these authorities, too (PEM)");

    /// Any certificate.
    public static final StoreOption INSECURE =
            new StoreOption("--insecure", null, "accept any certificate");
}
