/// OAuth access tokens, which stores of several clouds accept: requested from a service ([TokenService]), cached and
/// renewed before they expire ([dev.cistern.populate.source.rest.CredentialCache]), and sent with each request
/// ([BearerEndpoint]). The requests of a cloud are in the package of its store, as [TokenSource]. Nothing here may
/// depend on a store.
@NullMarked
package dev.cistern.populate.source.oauth;

import org.jspecify.annotations.NullMarked;
