@NullMarked
package dev.cistern.test.cluster;

import org.jspecify.annotations.NullMarked;
