/// The engine's programs: [Main] starts the Job, the command or the training run. Wiring is here; nothing else in the
/// module knows the environment.
@NullMarked
package dev.cistern.populate;

import org.jspecify.annotations.NullMarked;
