package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.AllowedPaths;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.populate.wire.StoreSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The controller's view of one type of store.
public interface Backend {
    /// The first unsupported setting of a backend of this type.
    ///
    /// @return the field and the problem, such as `auth.mode: iam is not supported …`; empty when there is none
    Optional<String> unsupported(StorageBackendSpec backend);

    /// The scheme of paths of this type, such as `s3` of `s3://bucket/models/`; empty where there is none.
    String scheme();

    /// Whether paths of this type may begin with a scheme, such as `https`.
    default boolean hasScheme(String scheme) {
        return scheme.equals(scheme());
    }

    /// A path that was meant for another type, as one of this type is written.
    ///
    /// @param rest of the path, after its scheme
    default String withScheme(String rest) {
        return scheme().isEmpty() ? rest : scheme() + "://" + rest;
    }

    /// Another problem of a source's path, with what to write instead: the field, a colon and the rest; empty when
    /// there is none.
    ///
    /// @param path with a scheme of this type, or without any
    /// @param list whether the path is declared as a list of files
    default Optional<String> wrong(StorageBackendSpec backend, String path, boolean list) {
        return list
                ? Optional.of("list: is only for type http: leave it out, or name another backend")
                : Optional.empty();
    }

    /// Splits a path into a source's fields.
    ///
    /// @param path as written, with or without the scheme
    /// @param tree whether the path always means a tree: `imagenet` is `imagenet/`
    void place(String path, boolean tree, Sources source);

    /// Where a source is, for people: in messages, events and statuses, so without what may be secret.
    default String location(Sources source) {
        String prefix = source.getPrefix() == null ? "" : source.getPrefix();
        return scheme() + "://" + source.getBucket() + "/" + prefix;
    }

    /// Whether all that a source reads is at or below a place. Not whether it would be if somebody in between decoded or shortened its path.
    ///
    /// @param place of the same type, as [#place] made it of a rule's path
    default boolean covers(Sources place, Sources source) {
        return Objects.equals(place.getBucket(), source.getBucket())
                && PathScope.covers(
                        Objects.requireNonNullElse(place.getPrefix(), ""),
                        Objects.requireNonNullElse(source.getPrefix(), ""));
    }

    /// A source whose Job is told the places that it may read, where what it reads can name other places; of most types it cannot.
    ///
    /// @param source is not changed
    /// @param places rules of the backend that are for whom the Job is
    default Sources restricted(Sources source, List<AllowedPaths> places) {
        return source;
    }

    /// The store specification for a Job.
    ///
    /// @param directory mount path of the files of [#credentials]
    StoreSpec store(Sources source, String directory);

    /// The credentials of a Job.
    Credentials credentials(StorageBackendSpec backend);

    /// Labels that a cloud's webhook requires on the Job's pod.
    default Map<String, String> podLabels(StorageBackendSpec backend) {
        return Map.of();
    }

    /// The host that a Job connects to, for messages; the endpoint's text where that is not a URL.
    String host(Sources source);
}
