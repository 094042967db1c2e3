package dev.cistern.controller.plan;

import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.model.LastReport;
import dev.cistern.controller.model.Run;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What a run's Job says of its store, in words: which host it connects to, that it copies, or why nothing comes.
final class StoreNews {
    /// More hosts than this say no more.
    private static final int MAX_HOSTS = 3;

    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z]+://([^/?#]+)");

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
                IntStream.range(0, sources.size())
                        .mapToObj(i -> host(sources.get(i), i))
                        .distinct()
                        .toList();
        return hosts.stream().limit(MAX_HOSTS).collect(Collectors.joining(", "))
                + (hosts.size() > MAX_HOSTS ? ", …" : "");
    }

    private static String host(Sources source, int index) {
        String endpoint = WireSources.of(source, index).endpoint();
        if (endpoint == null) {
            return "s3." + WireSources.of(source, index).region() + ".amazonaws.com";
        }
        // Not every endpoint that can be written is a URL, for example https://${HOST}:9000: the
        // Job is the one to say so.
        Matcher authority = AUTHORITY.matcher(endpoint);
        return authority.lookingAt() ? authority.group(1) : endpoint;
    }
}
