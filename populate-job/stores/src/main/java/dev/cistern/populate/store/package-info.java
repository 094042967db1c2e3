/// The interface between the stores' packages and the rest: opening a [dev.cistern.populate.source.Source] from a
/// specification, and the syntax of sources on a command line. It knows no store; `Stores` in the package above knows
/// all of them.
@NullMarked
package dev.cistern.populate.store;

import org.jspecify.annotations.NullMarked;
