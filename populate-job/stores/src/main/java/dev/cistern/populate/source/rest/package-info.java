/// Common layer of stores over HTTP: requests and their signing, redirects, the meaning of statuses, checks of
/// responses with an object's bytes, listings page by page, dates, XML and JSON.
///
/// A store implements an [dev.cistern.populate.source.rest.ObjectProtocol] (its requests and the interpretation of
/// responses), a [dev.cistern.populate.source.rest.StoreEndpoint] (where requests go and who signs them) and a
/// [dev.cistern.populate.source.rest.ListingApi] (a page of a listing), and gets a complete
/// [dev.cistern.populate.source.Source] from [dev.cistern.populate.source.rest.RestSource]. Workarounds for stores that
/// deviate from their protocol (docs/design/users-conditions.md) are here, so that new stores get them, too. Nothing
/// here may depend on a store.
@NullMarked
package dev.cistern.populate.source.rest;

import org.jspecify.annotations.NullMarked;
