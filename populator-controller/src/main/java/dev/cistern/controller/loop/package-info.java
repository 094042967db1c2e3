/// The control loop: which PVC is looked at when, by how many at a time, and only while this process leads.
@NullMarked
package dev.cistern.controller.loop;

import org.jspecify.annotations.NullMarked;
