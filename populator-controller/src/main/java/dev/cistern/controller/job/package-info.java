/// What Jobs of ours have in common, whatever they do: where their container finds a source's credentials, what their pods may do, and what keeps
/// a pod from starting.
@NullMarked
package dev.cistern.controller.job;

import org.jspecify.annotations.NullMarked;
