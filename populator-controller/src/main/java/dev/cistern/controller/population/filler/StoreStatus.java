package dev.cistern.controller.population.filler;

import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.population.model.LastReport;
import dev.cistern.controller.population.model.Run;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The state of the store as reported by a run's Job, for messages: the host it connects to, that it copies, or why it
/// receives no data.
final class StoreStatus {
    /// Maximum number of hosts in a message.
    private static final int MAX_HOSTS = 3;

    private StoreStatus() {}

    /// Description of an attempt's activity.
    ///
    /// @param told whether someone follows this run: before its first report it is then described as connecting
    static String doing(Run run, int attempt, boolean told) {
        Optional<LastReport> report = of(run, attempt);
        boolean connecting = report.map(LastReport::connecting).orElse(told);
        return connecting
                ? "connecting to " + hosts(run.snapshot().spec().getSources())
                : "copying";
    }

    /// Why the Job receives no data from the store; empty when it does.
    static Optional<String> trouble(Run run, int attempt) {
        return of(run, attempt).flatMap(LastReport::trouble);
    }

    private static Optional<LastReport> of(Run run, int attempt) {
        return run.report().filter(report -> report.attempt() == attempt);
    }

    private static String hosts(List<Sources> sources) {
        List<String> hosts =
                sources.stream()
                        .map(source -> Backends.of(source).host(source))
                        .distinct()
                        .toList();
        return hosts.stream().limit(MAX_HOSTS).collect(Collectors.joining(", "))
                + (hosts.size() > MAX_HOSTS ? ", …" : "");
    }
}
