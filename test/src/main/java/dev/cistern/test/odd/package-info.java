/// An S3 server in memory that checks requests strictly and deviates from the protocol as real stores do: each quirk
/// was seen in a real store and is enabled by name. `OddCases` has the expected result of a fill for each. Nothing here
/// depends on Cistern's classes.
@NullMarked
package dev.cistern.test.odd;

import org.jspecify.annotations.NullMarked;
