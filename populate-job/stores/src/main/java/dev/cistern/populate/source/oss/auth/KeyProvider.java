package dev.cistern.populate.source.oss.auth;

import dev.cistern.populate.source.SourceException;

/// Gives the keys to sign with.
public interface KeyProvider {
    /// Those that are good now, renewed when they are about to expire.
    ///
    /// @throws SourceException when there are none to be had
    OssKeys keys() throws SourceException;

    /// Others than those that the store refused, if there are any; else the same.
    ///
    /// @throws SourceException when there are none to be had
    default OssKeys instead(OssKeys refused) throws SourceException {
        return keys();
    }
}
