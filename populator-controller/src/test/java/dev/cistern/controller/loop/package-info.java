@NullMarked
package dev.cistern.controller.loop;

import org.jspecify.annotations.NullMarked;
