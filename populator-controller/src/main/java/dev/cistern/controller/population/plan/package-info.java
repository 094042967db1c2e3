/// Decides what to do next for one PVC: a pure function from the observed state to actions. It has no clock, no client
/// and no log; a test enforces that.
@NullMarked
package dev.cistern.controller.population.plan;

import org.jspecify.annotations.NullMarked;
