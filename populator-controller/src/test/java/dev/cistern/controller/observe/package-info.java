@NullMarked
package dev.cistern.controller.observe;

import org.jspecify.annotations.NullMarked;
