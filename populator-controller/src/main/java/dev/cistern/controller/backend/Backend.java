package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.StoreSpec;
import java.util.Optional;

/// One type of store, as the controller deals with it.
public interface Backend {
    /// Whether this version reads that type of store at all.
    default boolean supported() {
        return true;
    }

    /// What this version cannot do with a backend of this type.
    ///
    /// @return the field and what is wrong with it, such as `auth.mode: iam is not supported …`; empty when all is well
    Optional<String> unsupported(StorageBackendSpec backend);

    /// What paths of this type begin with when they say so, such as `s3` of `s3://bucket/models/`; empty where they have no such form.
    String scheme();

    /// Whether paths of this type may begin with a scheme, such as `https`.
    default boolean hasScheme(String scheme) {
        return scheme.equals(scheme());
    }

    /// What else is wrong with where a source of this type points to, and what to write instead: its field, a colon and the rest; empty when
    /// nothing is.
    ///
    /// @param path with a scheme of this type, or without any
    /// @param list whether the path is said to name a list of files
    default Optional<String> wrong(StorageBackendSpec backend, String path, boolean list) {
        return list
                ? Optional.of("list: is only for type http: leave it out, or name another backend")
                : Optional.empty();
    }

    /// Takes a path apart into a source's fields.
    ///
    /// @param path as it was written, with or without the scheme
    /// @param tree whether the path always means a tree: `imagenet` is `imagenet/`
    void place(String path, boolean tree, Sources source);

    /// What a Job is told of a source's store.
    ///
    /// @param directory where the Job sees the files of [#credentials]
    StoreSpec store(Sources source, String directory);

    /// What a Job gets in.
    Credentials credentials(StorageBackendSpec backend);

    /// The host that a Job connects to, for people; the endpoint's text where that is no URL.
    String host(Sources source);
}
