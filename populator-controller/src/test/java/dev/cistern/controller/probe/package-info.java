@NullMarked
package dev.cistern.controller.probe;

import org.jspecify.annotations.NullMarked;
