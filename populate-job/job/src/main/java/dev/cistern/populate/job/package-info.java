/// The populate Job: reads its environment, reports its progress, writes its termination message.
@NullMarked
package dev.cistern.populate.job;

import org.jspecify.annotations.NullMarked;
