/// The script that installs Cistern, with a `kubectl` that notes what it is asked.
@NullMarked
package dev.cistern.test.install;

import org.jspecify.annotations.NullMarked;
