/// Files of an HTTP server: one, or those of a list (`SHA256SUMS`, or a manifest of JSON lines). Such a server may lack
/// `HEAD`, lengths, ranges and versions; missing information is treated as unknown.
@NullMarked
package dev.cistern.populate.source.http;

import org.jspecify.annotations.NullMarked;
