package dev.cistern.controller.runtime;

import java.time.Duration;
import java.util.Optional;

/// Result of a reconcile.
public sealed interface Result {
    /// Nothing to do until something changes.
    record Done() implements Result {}

    /// Reconcile again even if nothing changes.
    ///
    /// @param delay from now
    record RequeueAfter(Duration delay) implements Result {}

    /// A write found the cluster changed since it was observed: reconcile again after a backoff.
    record Conflict() implements Result {}

    /// [RequeueAfter] if there is a delay, else [Done].
    static Result of(Optional<Duration> requeueAfter) {
        return requeueAfter.<Result>map(RequeueAfter::new).orElseGet(Done::new);
    }
}
