/// A cluster in memory, for tests of the planner: objects, a view of them, and the other controllers.
@NullMarked
package dev.cistern.controller.world;

import org.jspecify.annotations.NullMarked;
