/// Environment variables of a program whose names have changed since the last release.
@NullMarked
package dev.cistern.environment;

import org.jspecify.annotations.NullMarked;
