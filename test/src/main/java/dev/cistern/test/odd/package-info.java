/// A store as odd as the real ones: an S3 server in memory that is strict about what it is asked and whose habits, each seen
/// in a real store, are switched on by name. `OddCases` says what a fill has to make of them. Nothing here knows Cistern's classes.
@NullMarked
package dev.cistern.test.odd;

import org.jspecify.annotations.NullMarked;
