@NullMarked
package dev.cistern.controller.population;

import org.jspecify.annotations.NullMarked;
