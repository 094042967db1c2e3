/// What is observed of one PVC and its run, as immutable records. Depends on nothing of ours but the shared model.
@NullMarked
package dev.cistern.controller.population.model;

import org.jspecify.annotations.NullMarked;
