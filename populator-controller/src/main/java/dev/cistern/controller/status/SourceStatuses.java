package dev.cistern.controller.status;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.apply.Api;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.observe.Informers;
import dev.cistern.controller.observe.Resolver;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the statuses of populators and datasets up to date, a second behind when few runs are under way, see [Spacing].
///
/// Whatever happens to the PVCs of a populator within that time is one write, and one that changes nothing is none. Only the
/// leader writes.
public final class SourceStatuses implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceStatuses.class);
    private static final Duration TICK = Duration.ofSeconds(1);

    /// Statuses written in one tick; the rest wait for the next. With more populators at once each is later, not the API
    /// server busier.
    private static final int MAX_WRITES_PER_TICK = 20;

    /// Statuses remembered, to leave out writes that change nothing.
    private static final int MAX_REMEMBERED = 10_000;

    private final Api api;
    private final KubernetesSerialization json;
    private final Informers informers;
    private final Resolver resolver;
    private final BooleanSupplier leading;
    private final Clock clock;
    private final Set<SourceRef> dirty = new LinkedHashSet<>();
    private final Map<SourceRef, Map<String, Object>> written =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<SourceRef, Map<String, Object>> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };
    private final Spacing spacing = new Spacing();
    private volatile boolean closed;

    /// Statuses that are not kept yet.
    public SourceStatuses(
            Api api,
            KubernetesSerialization json,
            Informers informers,
            Resolver resolver,
            BooleanSupplier leading,
            Clock clock) {
        this.api = api;
        this.json = json;
        this.informers = informers;
        this.resolver = resolver;
        this.leading = leading;
        this.clock = clock;
    }

    /// Says that something about a source or its runs has changed.
    public void changed(SourceRef source) {
        synchronized (dirty) {
            dirty.add(source);
        }
    }

    /// Starts to write.
    public void start() {
        Thread.ofVirtual().name("source-statuses").start(this::run);
    }

    private void run() {
        try {
            while (!closed) {
                Thread.sleep(TICK);
                if (leading.getAsBoolean()) {
                    tick();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        int writes = 0;
        for (SourceRef ref : due()) {
            if (writes == MAX_WRITES_PER_TICK) {
                return;
            }
            synchronized (dirty) {
                dirty.remove(ref);
            }
            try {
                writes += write(ref) ? 1 : 0;
            } catch (KubernetesClientException e) {
                writes++;
                if (e.getCode() != 404) {
                    LOG.atWarn()
                            .addKeyValue("source", ref.display())
                            .setCause(e)
                            .log("status not written; trying again");
                    changed(ref);
                }
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("source", ref.display())
                        .setCause(e)
                        .log("status not written by a bug");
            }
        }
    }

    private List<SourceRef> due() {
        long now = System.nanoTime();
        return waiting().stream()
                .filter(ref -> spacing.due(ref, informers.runsUnderWay(ref), now))
                .toList();
    }

    private boolean write(SourceRef ref) {
        Optional<? extends HasMetadata> source = informers.source(ref);
        if (source.isEmpty()) {
            written.remove(ref);
            return false;
        }
        List<VolumePopulation> runs = informers.runsOf(ref);
        Set<String> recorded =
                runs.stream().map(r -> r.getSpec().getPvc().getUid()).collect(Collectors.toSet());
        int waiting =
                (int)
                        informers.waitingFor(ref).stream()
                                .filter(c -> !recorded.contains(c.getMetadata().getUid()))
                                .count();
        SourceSummary summary = SourceSummary.of(runs, waiting);
        spacing.done(ref, System.nanoTime());
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("message", summary.message());
        status.put("counts", summary.counts());
        status.put("runs", summary.runs());
        Long generation = source.get().getMetadata().getGeneration();
        status.put("observedGeneration", generation == null ? 0L : generation);
        status.put("conditions", List.of(ready(ref, source.get())));
        // Compared as it is sent, so that equal objects are equal.
        Map<String, Object> tree = tree(status);
        if (tree.equals(written.get(ref))) {
            return false;
        }
        patch(ref, tree);
        written.put(ref, tree);
        return true;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> tree(Map<String, Object> status) {
        return json.unmarshal(json.asJson(status), Map.class);
    }

    private static List<Condition> conditions(HasMetadata source) {
        List<Condition> conditions = null;
        if (source instanceof ObjectVolumePopulator p && p.getStatus() != null) {
            conditions = p.getStatus().getConditions();
        } else if (source instanceof OSSVolumePopulator p && p.getStatus() != null) {
            conditions = p.getStatus().getConditions();
        } else if (source instanceof Dataset d && d.getStatus() != null) {
            conditions = d.getStatus().getConditions();
        }
        return conditions == null ? List.of() : conditions;
    }

    /// Whether a PVC that named the object now could be filled from it.
    private Condition ready(SourceRef ref, HasMetadata source) {
        Resolution resolution = resolver.check(informers, ref);
        String status = "True";
        String reason = "Resolved";
        String message = "can be used as a dataSourceRef";
        if (resolution instanceof Resolution.Waiting(String why, String what)) {
            status = "False";
            reason = why;
            message = what;
        } else if (resolution instanceof Resolution.Refused(String why, String what)) {
            status = "False";
            reason = why;
            message = what;
        }
        String same = status;
        Instant since =
                conditions(source).stream()
                        .filter(c -> "Ready".equals(c.getType()) && same.equals(c.getStatus()))
                        .map(c -> Instant.parse(c.getLastTransitionTime()))
                        .findFirst()
                        .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS));
        Long generation = source.getMetadata().getGeneration();
        return new ConditionBuilder()
                .withType("Ready")
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(generation == null ? 0L : generation)
                .withLastTransitionTime(DateTimeFormatter.ISO_INSTANT.format(since))
                .build();
    }

    private void patch(SourceRef ref, Map<String, Object> status) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", ref.name());
        if (ref.namespace() != null) {
            metadata.put("namespace", ref.namespace());
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("apiVersion", ref.kind().apiVersion());
        body.put("kind", ref.kind().kind());
        body.put("metadata", metadata);
        body.put("status", status);
        api.patch(path(ref) + "/status", Api.Patch.APPLY, Names.FIELD_MANAGER, body, Map.class);
    }

    private static String path(SourceRef ref) {
        String plural =
                switch (ref.kind()) {
                    case OBJECT_VOLUME_POPULATOR -> "objectvolumepopulators";
                    case OSS_VOLUME_POPULATOR -> "ossvolumepopulators";
                    case DATASET -> "datasets";
                };
        return "/apis/"
                + ref.kind().apiVersion()
                + (ref.namespace() == null ? "" : "/namespaces/" + ref.namespace())
                + "/"
                + plural
                + "/"
                + ref.name();
    }

    /// Sources that wait for their status to be written.
    public List<SourceRef> waiting() {
        synchronized (dirty) {
            return new ArrayList<>(dirty);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
