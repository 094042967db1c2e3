/// The engine's programs: [Main] chooses between the Job, the command line and the training run. Wiring lives here; nothing else
/// in the module knows the environment.
@NullMarked
package dev.cistern.populate;

import org.jspecify.annotations.NullMarked;
