@NullMarked
package dev.cistern.controller.status;

import org.jspecify.annotations.NullMarked;
