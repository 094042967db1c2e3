package dev.cistern.populate.source.oauth;

import dev.cistern.populate.source.rest.CredentialCache;

/// A way to obtain an access token.
@FunctionalInterface
public interface TokenSource extends CredentialCache.Fetch<AccessToken> {}
