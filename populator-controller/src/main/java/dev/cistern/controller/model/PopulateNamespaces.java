package dev.cistern.controller.model;

import java.util.List;

/// Namespaces of primes and Jobs with the platform's credentials, and of their Secrets. A run stays in the namespace
/// that it began in, which its snapshot names.
///
/// @param platform for StorageBackends
/// @param oss for `OSSVolumePopulator`s, whose users put their Secrets where that kind's documentation says
public record PopulateNamespaces(String platform, String oss) {
    /// Both, without duplicates.
    public List<String> all() {
        return platform.equals(oss) ? List.of(platform) : List.of(platform, oss);
    }
}
