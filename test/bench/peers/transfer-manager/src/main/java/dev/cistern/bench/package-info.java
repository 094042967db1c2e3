/// The benchmark's peer in Java: what a user of the AWS SDK would write. No part of Cistern uses it.
@NullMarked
package dev.cistern.bench;

import org.jspecify.annotations.NullMarked;
