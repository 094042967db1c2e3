package dev.cistern.populate.source.oss.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.CredentialCache;
import java.util.function.LongSupplier;

/// Temporary keys of a role, renewed before they expire and when the store rejects them.
final class RoleKeys implements KeyProvider {
    private final CredentialCache<OssKeys> cache;

    /// @param clock Unix time in milliseconds
    RoleKeys(CredentialCache.Fetch<OssKeys> service, LongSupplier clock) {
        this.cache = new CredentialCache<>(service, clock);
    }

    @Override
    public OssKeys keys() throws SourceException {
        return cache.get();
    }

    @Override
    public OssKeys instead(OssKeys refused) throws SourceException {
        return cache.instead(refused);
    }
}
