/// Reads one PVC's state from the caches: the only place that converts the API's nulls and strings to types.
@NullMarked
package dev.cistern.controller.population.observe;

import org.jspecify.annotations.NullMarked;
