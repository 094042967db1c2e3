/// The interface between the stores' packages and the rest: how a specification becomes a
/// [dev.cistern.populate.source.Source], and how a source is written on a command line. It knows no store; `Stores` in
/// the package above knows all of them.
@NullMarked
package dev.cistern.populate.store;

import org.jspecify.annotations.NullMarked;
