/// What to do next for one PVC: pure functions from what was observed to a plan.
///
/// No client, no clock, no log, no randomness: the same observation gives the same plan. An architecture test holds this.
@NullMarked
package dev.cistern.controller.plan;

import org.jspecify.annotations.NullMarked;
