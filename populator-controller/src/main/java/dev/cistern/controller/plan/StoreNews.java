package dev.cistern.controller.plan;

import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.Backends;
import dev.cistern.controller.model.LastReport;
import dev.cistern.controller.model.Run;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a run's Job says of its store, in words: which host it connects to, that it copies, or why nothing comes.
final class StoreNews {
    /// More hosts than this say no more.
    private static final int MAX_HOSTS = 3;

    private StoreNews() {}

    /// What an attempt is doing.
    ///
    /// @param told whether a person follows this run: before its first report it is then said to connect
    static String doing(Run run, int attempt, boolean told) {
        Optional<LastReport> report = of(run, attempt);
        boolean connecting = report.map(LastReport::connecting).orElse(told);
        return connecting ? "connecting to " + hosts(run.frozen().spec().getSources()) : "copying";
    }

    /// Why nothing comes from the store, if nothing does.
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
