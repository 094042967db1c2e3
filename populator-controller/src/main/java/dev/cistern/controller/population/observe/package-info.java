/// Reads one PVC's state from the caches: the API's nulls and texts become types here and nowhere else.
@NullMarked
package dev.cistern.controller.population.observe;

import org.jspecify.annotations.NullMarked;
