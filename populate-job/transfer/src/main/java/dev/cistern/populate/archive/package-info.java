/// Readers of archives: what entries they have, one after the other, with bounds on what an archive can make them do.
/// They know no source and no target.
@NullMarked
package dev.cistern.populate.archive;

import org.jspecify.annotations.NullMarked;
