package dev.cistern.controller.probe.plan;

import dev.cistern.controller.resolve.ProbeTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is seen of a StorageBackend at one moment, for its probes.
///
/// @param now the leader's clock
/// @param name of the backend
/// @param uid of this life of it
/// @param deleting whether it has a deletion time
/// @param target what is to be looked at; empty when this version cannot use the backend, or nobody has named a bucket
/// @param fingerprint of what is to be probed
/// @param interval that the backend asks for; zero means never
/// @param last the last probe
/// @param doubted whether the condition `Ready` is false
/// @param jobs of this backend's probes
/// @param running probes of other backends
public record ProbeView(
        Instant now,
        String name,
        String uid,
        boolean deleting,
        Optional<ProbeTarget> target,
        String fingerprint,
        Optional<Duration> interval,
        Optional<ProbeRecord> last,
        boolean doubted,
        List<ProbeAttempt> jobs,
        int running) {
    public ProbeView {
        jobs = List.copyOf(jobs);
    }
}
