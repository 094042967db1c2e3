/// Filling of volumes. The planner knows only [dev.cistern.controller.population.filler.Filler] of this package: how an
/// attempt is started, how far it is, how it ended and what has to be removed afterwards.
///
/// One group of classes per kind of filler: `Job*` for populate Jobs. Another kind is another group, a case in the
/// switch of [dev.cistern.controller.population.filler.Fillers], and accepting its mode where a snapshot is taken.
/// Pure, as the planner is.
@NullMarked
package dev.cistern.controller.population.filler;

import org.jspecify.annotations.NullMarked;
