/// The command `cistern` and its subcommands.
@NullMarked
package dev.cistern.populate.cli;

import org.jspecify.annotations.NullMarked;
