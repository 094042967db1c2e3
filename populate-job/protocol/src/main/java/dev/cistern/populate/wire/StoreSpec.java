package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// Where a source's bytes are and how to get in: one record for each kind of store. None holds a secret: those come in the container's
/// environment and in files that are mounted into it.
///
/// A new store is a record here and a constant of [StoreType]; the compiler then names the switches that have to know it.
public sealed interface StoreSpec permits S3Spec, GcsSpec, HttpSpec, OciSpec {
    /// The SHA-256 that the one object must have, 64 lower-case hex digits; null where the specification of the store pins none.
    default @Nullable String pin() {
        return null;
    }
}
