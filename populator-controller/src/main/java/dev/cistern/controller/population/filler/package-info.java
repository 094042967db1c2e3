/// What fills a volume. The planner knows a [dev.cistern.controller.population.filler.Filler] and nothing else of this package: how an
/// attempt is made, how far it is, how it ended and what is to be removed afterwards.
///
/// One family of classes per kind of filler: `Job*` for populate Jobs. Another kind is another family, a line in the
/// switch of [dev.cistern.controller.population.filler.Fillers], and the mode let in where a snapshot is taken. Pure,
/// as the planner is.
@NullMarked
package dev.cistern.controller.population.filler;

import org.jspecify.annotations.NullMarked;
