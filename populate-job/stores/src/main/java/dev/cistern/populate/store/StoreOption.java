package dev.cistern.populate.store;

import org.jspecify.annotations.Nullable;

/// An option of a store on the command line. Options of the same name take a value with all stores or with none.
///
/// @param name such as `--endpoint`
/// @param value label of its value in the help, such as `URL`; null for a flag
/// @param help description
public record StoreOption(String name, @Nullable String value, String help) {
    /// Requests without credentials.
    public static final StoreOption ANONYMOUS =
            new StoreOption("--anonymous", null, "do not sign requests");

    /// Additional certificate authorities.
    public static final StoreOption CA_FILE =
            new StoreOption("--ca-file", "FILE", "trust these authorities, too (PEM)");

    /// No verification of certificates.
    public static final StoreOption INSECURE =
            new StoreOption("--insecure", null, "accept any certificate");
}
