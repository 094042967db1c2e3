package dev.cistern.controller.model;

import java.util.List;

/// Where primes and Jobs with the platform's credentials live, and so where their Secrets are looked for. A run keeps to the
/// namespace that it began in: its snapshot names it.
///
/// @param platform for StorageBackends
/// @param oss for `OSSVolumePopulator`s, whose users put their Secrets where the page that describes the kind says
public record PopulateNamespaces(String platform, String oss) {
    /// Both, or the one that they are.
    public List<String> all() {
        return platform.equals(oss) ? List.of(platform) : List.of(platform, oss);
    }
}
