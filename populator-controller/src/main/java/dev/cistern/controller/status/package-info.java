/// What populators and datasets tell of the PVCs that name them.
@NullMarked
package dev.cistern.controller.status;

import org.jspecify.annotations.NullMarked;
