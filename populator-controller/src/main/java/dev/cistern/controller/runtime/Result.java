package dev.cistern.controller.runtime;

import java.time.Duration;
import java.util.Optional;

/// How a reconcile ended.
public sealed interface Result {
    /// Nothing to do until something changes.
    record Done() implements Result {}

    /// To be reconciled again even if nothing changes.
    ///
    /// @param delay from now
    record RequeueAfter(Duration delay) implements Result {}

    /// A write found the cluster changed since it was observed: to be reconciled again after a backoff.
    record Conflict() implements Result {}

    /// Done, or requeued if there is a delay.
    static Result of(Optional<Duration> requeueAfter) {
        return requeueAfter.<Result>map(RequeueAfter::new).orElseGet(Done::new);
    }
}
