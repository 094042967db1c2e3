/// What every store that is read over HTTP needs, independent of any one store: requests and their signing, redirects,
/// the meaning of statuses, checks of answers with an object's bytes, listings page by page, dates, XML and JSON.
///
/// A store writes an [dev.cistern.populate.source.rest.ObjectProtocol] (how it words requests, what its answers mean),
/// a [dev.cistern.populate.source.rest.StoreEndpoint] (where requests go and who signs them) and a
/// [dev.cistern.populate.source.rest.ListingApi] (one page of a listing), and gets a whole
/// [dev.cistern.populate.source.Source] from [dev.cistern.populate.source.rest.RestSource]. Workarounds for stores that
/// deviate from their protocol (docs/design/users-conditions.md) are in here, so that new stores get them, too. Nothing
/// here may depend on a store.
@NullMarked
package dev.cistern.populate.source.rest;

import org.jspecify.annotations.NullMarked;
