/// What every controller of the program runs on, and nothing that only one of them needs.
///
/// A [dev.cistern.controller.runtime.Controller] says which changes concern which of its keys, and reconciles one key.
/// The [dev.cistern.controller.runtime.ControllerLoop] does the rest: queue, workers, requeues, metrics. Objects are
/// read from [dev.cistern.controller.runtime.CachedKind]s, which include the process's own writes; writes go through
/// [dev.cistern.controller.runtime.Api], events through [dev.cistern.controller.runtime.EventRecorder]. Nothing here
/// knows any kind of ours: a test enforces that.
@NullMarked
package dev.cistern.controller.runtime;

import org.jspecify.annotations.NullMarked;
