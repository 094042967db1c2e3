/// Authentication with Google's services: the ways to obtain an access token; tokens are cached and renewed before they
/// expire.
///
/// Implemented here instead of using Google's library, whose 22 jars of 6 MB take longer for a token than the command
/// for a whole fill (docs/design/engine.md); the tests compare the requests with that library's.
@NullMarked
package dev.cistern.populate.source.gcs.auth;

import org.jspecify.annotations.NullMarked;
