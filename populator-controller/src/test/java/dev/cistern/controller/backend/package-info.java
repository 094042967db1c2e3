@NullMarked
package dev.cistern.controller.backend;

import org.jspecify.annotations.NullMarked;
