package dev.cistern.controller.cluster;

import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.WarningEvent;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The newest warning event about each prime, Job and pod that makes no progress, from provisioners, kubelets and
/// admission.
///
/// A watch of all events of a cluster would cost more than everything else here together, so they are listed, and only
/// while something makes no progress. One list covers a whole namespace: the cost does not grow with the number of
/// claims.
public final class WarningEvents {
    private static final Logger LOG = LoggerFactory.getLogger(WarningEvents.class);

    /// Events of a namespace are listed at most this often.
    private static final Duration KEEP = Duration.ofSeconds(3);

    /// Events of all namespaces together are listed at most this often: five calls a second.
    private static final Duration APART = Duration.ofMillis(200);

    /// The API server scans all events of a namespace for each list. Where that takes long, lists are spaced so that
    /// they keep at most a twentieth of a processor busy.
    private static final int REST = 20;

    /// Maximum number of cached namespaces: those of tenants with their own credentials, and our own.
    private static final int MAX_NAMESPACES = 500;

    /// Page size and maximum number of events: two each for 5,000 waiting claims, the design limit.
    private static final long PAGE = 500;

    private static final int MAX_PAGES = 20;

    private final KubernetesClient client;
    private long nextNanos = System.nanoTime();
    private final Map<String, Answer> answers =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
                    return size() > MAX_NAMESPACES;
                }
            };

    private record Answer(Map<String, WarningEvent> byUid, long atNanos) {}

    private record Dated(WarningEvent warning, String at) {}

    /// Reads through a client.
    public WarningEvents(KubernetesClient client) {
        this.client = client;
    }

    /// The newest warning about an object.
    Optional<WarningEvent> newest(String namespace, String uid) {
        synchronized (answers) {
            Answer known = answers.get(namespace);
            boolean fresh = known != null && System.nanoTime() - known.atNanos < KEEP.toNanos();
            // Rate limited; the next reconcile follows within seconds.
            if (fresh || System.nanoTime() - nextNanos < 0) {
                return find(known, uid);
            }
            // One list at a time: block others until it is answered.
            nextNanos = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        }
        long began = System.nanoTime();
        Answer answer = null;
        try {
            answer = new Answer(ask(namespace), System.nanoTime());
        } catch (KubernetesClientException e) {
            LOG.atWarn()
                    .addKeyValue("namespace", namespace)
                    .setCause(e)
                    .log("events could not be read");
        }
        long answered = System.nanoTime();
        synchronized (answers) {
            if (answer != null) {
                answers.put(namespace, answer);
            }
            nextNanos = answered + Math.max(APART.toNanos(), REST * (answered - began));
            return find(answers.get(namespace), uid);
        }
    }

    private static Optional<WarningEvent> find(@Nullable Answer answer, String uid) {
        return answer == null ? Optional.empty() : Optional.ofNullable(answer.byUid.get(uid));
    }

    private Map<String, WarningEvent> ask(String namespace) {
        Map<String, Dated> newest = new HashMap<>();
        String more = null;
        for (int page = 0; page < MAX_PAGES; page++) {
            ListOptions options =
                    new ListOptionsBuilder().withLimit(PAGE).withContinue(more).build();
            EventList list =
                    client.v1()
                            .events()
                            .inNamespace(namespace)
                            .withField("type", "Warning")
                            .list(options);
            list.getItems().forEach(event -> note(event, newest));
            more = list.getMetadata() == null ? null : list.getMetadata().getContinue();
            if (more == null || more.isEmpty()) {
                break;
            }
        }
        Map<String, WarningEvent> byUid = new HashMap<>();
        newest.forEach((uid, dated) -> byUid.put(uid, dated.warning));
        return byUid;
    }

    private static void note(Event event, Map<String, Dated> newest) {
        String uid = event.getInvolvedObject() == null ? null : event.getInvolvedObject().getUid();
        String name =
                event.getInvolvedObject() == null ? null : event.getInvolvedObject().getName();
        if (uid != null && name != null && Names.ofOurs(name)) {
            Dated dated = new Dated(warning(event), time(event));
            newest.merge(uid, dated, (one, two) -> one.at.compareTo(two.at) > 0 ? one : two);
        }
    }

    /// The newest of these events.
    public static Optional<WarningEvent> newest(List<Event> events) {
        return events.stream()
                .max((one, two) -> time(one).compareTo(time(two)))
                .map(WarningEvents::warning);
    }

    private static WarningEvent warning(Event event) {
        String host = event.getSource() == null ? null : event.getSource().getHost();
        return new WarningEvent(
                event.getReason() == null ? "Warning" : event.getReason(),
                event.getMessage() == null ? "" : event.getMessage().strip(),
                host == null ? "" : host);
    }

    /// Time of the last occurrence. Older and newer components write it into different fields.
    private static String time(Event event) {
        if (event.getSeries() != null && event.getSeries().getLastObservedTime() != null) {
            return event.getSeries().getLastObservedTime().getTime();
        }
        if (event.getLastTimestamp() != null) {
            return event.getLastTimestamp();
        }
        if (event.getEventTime() != null) {
            return event.getEventTime().getTime();
        }
        String created =
                event.getMetadata() == null ? null : event.getMetadata().getCreationTimestamp();
        return created == null ? "" : created;
    }
}
