/// Files of an HTTP server: one, or those of a list (`SHA256SUMS`, or a manifest of JSON lines). Such a server may know no `HEAD`, tell no
/// length, ignore ranges and name no version; what then cannot be had is said, and never guessed.
@NullMarked
package dev.cistern.populate.source.http;

import org.jspecify.annotations.NullMarked;
