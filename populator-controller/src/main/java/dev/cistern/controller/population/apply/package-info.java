/// Executes planned actions. The only place of this controller that writes.
@NullMarked
package dev.cistern.controller.population.apply;

import org.jspecify.annotations.NullMarked;
