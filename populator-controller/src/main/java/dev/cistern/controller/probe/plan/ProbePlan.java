package dev.cistern.controller.probe.plan;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What to do for the probes of one StorageBackend.
///
/// @param actions in order
/// @param requeueAfter when to look again even if nothing changes
public record ProbePlan(List<Action> actions, Optional<Duration> requeueAfter) {
    public ProbePlan {
        actions = List.copyOf(actions);
    }

    /// Nothing to do until something changes.
    static final ProbePlan NOTHING = new ProbePlan(List.of(), Optional.empty());

    /// One write.
    public sealed interface Action {
        /// Starts a probe.
        record CreateJob(Job job) implements Action {}

        /// Removes a probe's Job and its pod.
        record DeleteJob(String namespace, String name, String uid) implements Action {}

        /// Writes down what a probe found.
        record Write(ProbeRecord record) implements Action {}
    }
}
