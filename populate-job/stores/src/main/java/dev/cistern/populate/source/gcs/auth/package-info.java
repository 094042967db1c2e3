/// Authentication with Google's services: the ways to get an access token; tokens are cached and renewed before they
/// expire.
///
/// Written out here instead of taken from Google's library, whose 22 jars of 6 MB take longer for a token than the command for a whole fill
/// (docs/design/engine.md); its requests are the yardstick in the tests.
@NullMarked
package dev.cistern.populate.source.gcs.auth;

import org.jspecify.annotations.NullMarked;
