package dev.cistern.controller.status;

import dev.cistern.controller.apply.Api;
import dev.cistern.controller.apply.EventRecorder;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Subject;
import dev.cistern.controller.observe.Informers;
import dev.cistern.controller.observe.Resolver;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the statuses of everything but runs up to date, a second behind when few runs are under way, see [Spacing]: observe
/// ([StatusObserver]), plan ([StatusPlanner]), and one patch.
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
    private final StatusObserver observer;
    private final EventRecorder events;
    private final BooleanSupplier leading;
    private final Clock clock;
    private final Set<Subject> dirty = new LinkedHashSet<>();
    private final Map<Subject, Map<String, Object>> written =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<Subject, Map<String, Object>> eldest) {
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
            EventRecorder events,
            BooleanSupplier leading,
            Clock clock) {
        this.api = api;
        this.json = json;
        this.informers = informers;
        this.observer = new StatusObserver(informers, informers, resolver);
        this.events = events;
        this.leading = leading;
        this.clock = clock;
    }

    /// Says that something about an object or its runs has changed. Without leadership nobody writes, and nothing is kept: whoever leads
    /// later looks at everything.
    public void changed(Subject subject) {
        if (!leading.getAsBoolean()) {
            return;
        }
        synchronized (dirty) {
            dirty.add(subject);
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
                    tryTick();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tryTick() {
        try {
            tick();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("statuses not looked at by a bug; trying again");
        }
    }

    private void tick() {
        int writes = 0;
        for (Subject subject : due()) {
            if (writes == MAX_WRITES_PER_TICK) {
                return;
            }
            synchronized (dirty) {
                dirty.remove(subject);
            }
            try {
                writes += write(subject) ? 1 : 0;
            } catch (KubernetesClientException e) {
                writes++;
                if (e.getCode() != 404) {
                    LOG.atWarn()
                            .addKeyValue("object", subject.display())
                            .setCause(e)
                            .log("status not written; trying again");
                    spacing.refused(subject, System.nanoTime());
                    changed(subject);
                }
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("object", subject.display())
                        .setCause(e)
                        .log("status not written by a bug");
            }
        }
    }

    private List<Subject> due() {
        long now = System.nanoTime();
        return waiting().stream()
                .filter(subject -> spacing.due(subject, informers.runsUnderWay(subject), now))
                .toList();
    }

    private boolean write(Subject subject) {
        Optional<StatusView> seen = observer.observe(subject);
        spacing.done(subject, System.nanoTime());
        if (seen.isEmpty()) {
            written.remove(subject);
            return false;
        }
        StatusPlan plan = StatusPlanner.plan(seen.get(), clock.instant());
        // Compared as it is sent, so that equal objects are equal.
        Map<String, Object> tree = tree(plan.fields());
        if (tree.equals(written.get(subject))) {
            return false;
        }
        patch(subject, tree);
        written.put(subject, tree);
        plan.warning().ifPresent(warning -> tell(seen.get().about(), warning));
        return true;
    }

    private void tell(StatusView.About about, Condition warning) {
        Subject subject = about.subject();
        events.say(
                new ObjectReferenceBuilder()
                        .withApiVersion(subject.kind().apiVersion())
                        .withKind(subject.kind().kind())
                        .withNamespace(subject.namespace())
                        .withName(subject.name())
                        .withUid(about.uid())
                        .build(),
                true,
                warning.getReason(),
                warning.getMessage());
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> tree(Map<String, Object> status) {
        return json.unmarshal(json.asJson(status), Map.class);
    }

    private void patch(Subject subject, Map<String, Object> status) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", subject.name());
        if (subject.namespace() != null) {
            metadata.put("namespace", subject.namespace());
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("apiVersion", subject.kind().apiVersion());
        body.put("kind", subject.kind().kind());
        body.put("metadata", metadata);
        body.put("status", status);
        api.patch(path(subject) + "/status", Api.Patch.APPLY, Names.FIELD_MANAGER, body, Map.class);
    }

    private static String path(Subject subject) {
        return "/apis/"
                + subject.kind().apiVersion()
                + (subject.namespace() == null ? "" : "/namespaces/" + subject.namespace())
                + "/"
                + subject.kind().plural()
                + "/"
                + subject.name();
    }

    /// Objects that wait for their status to be written.
    public List<Subject> waiting() {
        synchronized (dirty) {
            return new ArrayList<>(dirty);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
