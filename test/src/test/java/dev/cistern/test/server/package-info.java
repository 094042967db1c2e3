@NullMarked
package dev.cistern.test.server;

import org.jspecify.annotations.NullMarked;
