package dev.cistern.populate.wire;

/// The class of a failure, which decides whether the run ends or is retried. [Reason#fault] is the only place that
/// assigns it.
public enum Fault {
    /// What was asked: another attempt would end the same way until a person changes something.
    REQUEST,
    /// The run's own, or that of the volume or the objects: another attempt may get further; how many there are is limited.
    RUN,
    /// The store's: it is away, or answers that it cannot serve now. It is waited for, for a time and not for a number of attempts.
    STORE,
    /// The cluster's: the Job was stopped from outside, by an eviction or with its node. The same holds.
    CLUSTER;

    /// Whether an attempt that ended so is one of those that `retry.limit` counts.
    public boolean counts() {
        return this == RUN;
    }
}
