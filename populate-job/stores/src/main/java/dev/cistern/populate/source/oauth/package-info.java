/// OAuth access tokens, which several clouds' stores take: a service is asked for one ([TokenService]), it is cached and
/// renewed before it expires ([dev.cistern.populate.source.rest.CredentialCache]), and each request carries it ([BearerEndpoint]). How a cloud wants to be asked
/// is in the package of its store, as a [TokenSource]. Nothing here may depend on a store.
@NullMarked
package dev.cistern.populate.source.oauth;

import org.jspecify.annotations.NullMarked;
