@NullMarked
package dev.cistern.controller.runtime;

import org.jspecify.annotations.NullMarked;
