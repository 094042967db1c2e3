@NullMarked
package dev.cistern.controller.population.plan;

import org.jspecify.annotations.NullMarked;
