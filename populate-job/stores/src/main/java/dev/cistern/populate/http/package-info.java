/// A small, strict HTTP/1.1 client for bulk reads: blocking channels, direct buffers, one buffer per connection.
///
/// It frames messages, keeps connections alive and limits every wait. It does not follow redirects, sign, or retry,
/// except for the race that is inherent to HTTP keep-alive; the store layer decides about those. Nothing here knows a
/// specific store, except for the addresses of the clouds' metadata servers, which must not be reached through proxies.
@NullMarked
package dev.cistern.populate.http;

import org.jspecify.annotations.NullMarked;
