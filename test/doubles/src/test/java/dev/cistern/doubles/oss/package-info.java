/// Holds the doubles against Alibaba Cloud's own client.
@NullMarked
package dev.cistern.doubles.oss;

import org.jspecify.annotations.NullMarked;
