/// A small, strict HTTP/1.1 client for bulk reads: blocking channels, direct buffers, one buffer per connection.
///
/// It frames messages, keeps connections alive and bounds every wait. It follows no redirect, signs nothing and retries
/// nothing but the one race that HTTP keep-alive has; those are decided by who knows the store. Nothing here knows a cloud, but
/// the addresses at which clouds give a machine its own credentials, which proxies must not get.
@NullMarked
package dev.cistern.populate.http;

import org.jspecify.annotations.NullMarked;
