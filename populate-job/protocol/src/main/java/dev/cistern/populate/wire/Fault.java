package dev.cistern.populate.wire;

/// The class of a failure, which decides whether the run ends or is retried. [Reason#fault] is the only place that
/// assigns it.
public enum Fault {
    /// The request: a retry would fail in the same way until a user changes something.
    REQUEST,
    /// The run, its volume or its objects: a retry may get further; the number of retries is limited.
    RUN,
    /// The store: it is unavailable or overloaded. Retried for a limited time, not a number of attempts.
    STORE,
    /// The cluster: the Job was stopped from outside, by an eviction or with its node. Retried like [#STORE].
    CLUSTER;

    /// Whether such an attempt counts against `retry.limit`.
    public boolean counts() {
        return this == RUN;
    }
}
