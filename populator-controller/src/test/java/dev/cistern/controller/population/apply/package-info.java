@NullMarked
package dev.cistern.controller.population.apply;

import org.jspecify.annotations.NullMarked;
