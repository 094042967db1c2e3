@NullMarked
package dev.cistern.controller.resolve;

import org.jspecify.annotations.NullMarked;
