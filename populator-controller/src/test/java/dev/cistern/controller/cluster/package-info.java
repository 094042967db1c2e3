@NullMarked
package dev.cistern.controller.cluster;

import org.jspecify.annotations.NullMarked;
