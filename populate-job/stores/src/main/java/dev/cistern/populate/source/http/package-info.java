/// Files of an HTTP server: one, or those of a list (`SHA256SUMS`, or a manifest of JSON lines). Such a server may lack
/// `HEAD`, lengths, ranges and versions; what it does not tell is treated as unknown, and never guessed.
@NullMarked
package dev.cistern.populate.source.http;

import org.jspecify.annotations.NullMarked;
