/// What every store that is read over HTTP needs, and no store by name: requests and their signing, redirects, the meaning of
/// statuses, what of an answer with an object's bytes is believed, listings page by page, dates, XML and JSON.
///
/// A store writes an [dev.cistern.populate.source.rest.ObjectProtocol] (how it words requests, what its answers mean), a
/// [dev.cistern.populate.source.rest.StoreEndpoint] (where requests go and who signs them) and a
/// [dev.cistern.populate.source.rest.ListingApi] (one page of a listing), and gets a whole
/// [dev.cistern.populate.source.Source] from [dev.cistern.populate.source.rest.RestSource]. What was learned from stores that do not
/// follow the book (docs/design/users-conditions.md) is in here, so that the next store inherits it. Nothing here may depend on a store.
@NullMarked
package dev.cistern.populate.source.rest;

import org.jspecify.annotations.NullMarked;
