package dev.cistern.controller.status;

import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Resolution;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Computes the desired status of an object. Every object has the condition `Ready` from the moment that it is
/// observed.
final class StatusPlanner {
    private static final String READY = "Ready";
    private static final String CACHED = "Cached";

    /// The condition types that we own.
    static final Set<String> CONDITIONS = Set.of(READY, CACHED);

    private StatusPlanner() {}

    /// A condition without its transition time.
    ///
    /// @param status `True`, `False` or `Unknown`
    /// @param event the message of its event, which does not change while nothing else does
    record Verdict(String status, String reason, String message, String event) {
        Verdict(String status, String reason, String message) {
            this(status, reason, message, message);
        }
    }

    static StatusPlan plan(StatusView seen, Instant now) {
        return switch (seen) {
            case StatusView.Source source -> source(source, now);
            case StatusView.Backend backend -> backend(backend, now);
            case StatusView.Unserved unserved -> unserved(unserved, now);
        };
    }

    private static StatusPlan source(StatusView.Source seen, Instant now) {
        Verdict ready =
                switch (seen.resolution()) {
                    case Resolution.Waiting(String reason, String message) ->
                            new Verdict("False", reason, message);
                    case Resolution.Refused(String reason, String message) ->
                            new Verdict("False", reason, message);
                    case Resolution.Ready _, Resolution.NotAsked _ ->
                            new Verdict(
                                    "True", EventReason.RESOLVED, "can be used as a dataSourceRef");
                };
        SourceSummary summary =
                SourceSummary.of(
                        seen.runs(),
                        seen.waiting(),
                        ready.status().equals("True")
                                ? Optional.empty()
                                : Optional.of(ready.message()));
        List<Condition> conditions = new ArrayList<>();
        conditions.add(condition(seen.about(), READY, ready, now));
        if (!seen.inert().isEmpty()) {
            conditions.add(
                    condition(
                            seen.about(),
                            CACHED,
                            new Verdict(
                                    "False",
                                    EventReason.NOT_IMPLEMENTED,
                                    "this version of Cistern keeps no Datasets on nodes yet, so"
                                            + " these have no effect: "
                                            + String.join(", ", seen.inert())),
                            now));
        }
        Map<String, Object> fields = fields(seen.about(), summary.message(), conditions);
        fields.put("counts", summary.counts());
        fields.put("runs", summary.runs());
        return new StatusPlan(fields, Optional.empty());
    }

    private static StatusPlan backend(StatusView.Backend seen, Instant now) {
        Verdict ready =
                seen.unsupported()
                        .map(
                                wrong ->
                                        new Verdict(
                                                "False",
                                                EventReason.UNSUPPORTED_SOURCE,
                                                "spec." + wrong))
                        .orElseGet(() -> readiness(seen));
        return alone(seen.about(), ready, now);
    }

    private static Verdict readiness(StatusView.Backend seen) {
        Verdict verdict = BackendReadiness.of(seen.runs(), seen.current(), seen.probe());
        return seen.disabled()
                .filter(_ -> verdict.reason().equals(EventReason.NOT_USED_YET))
                .map(
                        words ->
                                new Verdict(
                                        "Unknown",
                                        EventReason.FEATURE_DISABLED,
                                        "not probed: " + words))
                .orElse(verdict);
    }

    private static StatusPlan unserved(StatusView.Unserved seen, Instant now) {
        String what =
                switch (seen.about().subject().kind()) {
                    case DATASET_CLAIM ->
                            "DatasetClaims yet: nothing is mounted into pods. A"
                                    + " PersistentVolumeClaim whose dataSourceRef names the Dataset"
                                    + " gets a copy of it";
                    case NODE_DATASET -> "NodeDatasets yet: nothing is fetched to the node";
                    case REFRESH_DATASET ->
                            "RefreshDatasets yet: there are no copies on nodes. A"
                                + " PersistentVolumeClaim gets the data as it is when it is made";
                    case OBJECT_VOLUME_POPULATOR, OSS_VOLUME_POPULATOR, DATASET, STORAGE_BACKEND ->
                            throw new IllegalArgumentException(seen.about().subject().display());
                };
        return alone(
                seen.about(),
                new Verdict(
                        "False",
                        EventReason.NOT_IMPLEMENTED,
                        "this version of Cistern does not serve " + what),
                now);
    }

    /// The status of an object with only the condition `Ready`.
    private static StatusPlan alone(StatusView.About about, Verdict ready, Instant now) {
        Condition condition = condition(about, READY, ready, now);
        return new StatusPlan(
                fields(about, ready.message(), List.of(condition)),
                ready.status().equals("False")
                        ? Optional.of(
                                new ConditionBuilder(condition).withMessage(ready.event()).build())
                        : Optional.empty());
    }

    private static Map<String, Object> fields(
            StatusView.About about, String message, List<Condition> conditions) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("message", message);
        fields.put("observedGeneration", about.generation());
        fields.put("conditions", conditions);
        return fields;
    }

    private static Condition condition(
            StatusView.About about, String type, Verdict verdict, Instant now) {
        Instant since =
                about.conditions().stream()
                        .filter(c -> type.equals(c.getType()))
                        .filter(c -> verdict.status().equals(c.getStatus()))
                        .map(c -> Instant.parse(c.getLastTransitionTime()))
                        .findFirst()
                        .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS));
        return new ConditionBuilder()
                .withType(type)
                .withStatus(verdict.status())
                .withReason(verdict.reason())
                .withMessage(verdict.message())
                .withObservedGeneration(about.generation())
                .withLastTransitionTime(DateTimeFormatter.ISO_INSTANT.format(since))
                .build();
    }
}
