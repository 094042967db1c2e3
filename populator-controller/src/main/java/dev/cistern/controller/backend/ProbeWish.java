package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.AllowedPaths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a StorageBackend itself says about its probe.
///
/// @param paths that can be listed, the best first
/// @param interval after a probe that found it in order; empty where it says nothing, zero means that none follows
public record ProbeWish(List<String> paths, Optional<Duration> interval) {
    public ProbeWish {
        paths = List.copyOf(paths);
    }

    /// What a backend says.
    public static ProbeWish of(StorageBackendSpec backend) {
        List<String> paths = new ArrayList<>();
        Long seconds = null;
        if (backend.getProbe() != null) {
            add(paths, backend, backend.getProbe().getPath());
            seconds = backend.getProbe().getIntervalSeconds();
        }
        if (backend.getAllowedPaths() != null) {
            for (AllowedPaths allowed : backend.getAllowedPaths()) {
                add(paths, backend, allowed.getPath());
            }
        }
        return new ProbeWish(paths, Optional.ofNullable(seconds).map(Duration::ofSeconds));
    }

    /// Not every place that may be read can be listed: a directory of an HTTP server cannot.
    private static void add(List<String> paths, StorageBackendSpec backend, @Nullable String path) {
        if (path != null && BackendPaths.wrong(path, false, backend, "it").isEmpty()) {
            paths.add(path);
        }
    }
}
