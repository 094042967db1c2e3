package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// Location of a source and how to authenticate: one record per kind of store. None contains a secret: those are in the
/// container's environment and in mounted files.
///
/// A new store is a record here and a constant of [StoreType]; the compiler then names the switches that have to know
/// it.
public sealed interface StoreSpec
        permits S3Spec, GcsSpec, AzureBlobSpec, OssSpec, HttpSpec, OciSpec, HuggingFaceSpec {
    /// The expected SHA-256 of the source's only object, 64 lower-case hex digits; null for none.
    default @Nullable String pin() {
        return null;
    }

    /// The same at the revision that an earlier attempt of the run found ([SourceRevision]); itself where the store has no revisions.
    default StoreSpec at(String revision) {
        return this;
    }
}
