@NullMarked
package dev.cistern.controller.plan;

import org.jspecify.annotations.NullMarked;
