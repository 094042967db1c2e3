@NullMarked
package dev.cistern.controller.progress;

import org.jspecify.annotations.NullMarked;
