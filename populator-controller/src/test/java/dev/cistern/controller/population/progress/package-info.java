@NullMarked
package dev.cistern.controller.population.progress;

import org.jspecify.annotations.NullMarked;
