/// What doubles need that read and write their connections themselves, because no server library answers as wrongly as
/// they do.
@NullMarked
package dev.cistern.doubles.net;

import org.jspecify.annotations.NullMarked;
