@NullMarked
package dev.cistern.controller.apply;

import org.jspecify.annotations.NullMarked;
