@NullMarked
package dev.cistern.controller.job;

import org.jspecify.annotations.NullMarked;
