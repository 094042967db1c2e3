package dev.cistern.controller.observe;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What provisioners say about claims that wait for their volume.
///
/// A watch of all events of a cluster would cost more than everything else here together, so the events of one claim are
/// asked for, and only when its volume is slow; the answer is kept for a while.
public final class ProvisionerEvents {
    private static final Logger LOG = LoggerFactory.getLogger(ProvisionerEvents.class);

    /// A claim is asked about at most this often.
    private static final Duration KEEP = Duration.ofSeconds(14);

    /// All claims together are asked about at most this often: five calls a second, however many wait.
    private static final Duration APART = Duration.ofMillis(200);

    /// The API server goes through all events of a namespace for each question. Where there are so many that this takes long, the
    /// questions come so much more seldom that they keep a twentieth of a processor busy.
    private static final int REST = 20;

    /// Claims whose answers are kept: 5,000 waiting at once is the most that is planned for.
    private static final int MAX_KEPT = 5_000;

    /// Most events that are read of a claim; a provisioner repeats itself in one event.
    private static final long MAX_EVENTS = 50;

    private final KubernetesClient client;
    private long nextNanos = System.nanoTime();
    private final Map<String, Answer> answers =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
                    return size() > MAX_KEPT;
                }
            };

    private record Answer(Optional<String> message, long atNanos) {}

    /// Asks through a client.
    public ProvisionerEvents(KubernetesClient client) {
        this.client = client;
    }

    /// The newest warning about a claim.
    Optional<String> newest(String namespace, String name, String uid) {
        synchronized (answers) {
            Answer known = answers.get(uid);
            if (known != null && System.nanoTime() - known.atNanos < KEEP.toNanos()) {
                return known.message;
            }
            if (System.nanoTime() - nextNanos < 0) {
                // Another claim's turn; the next look comes in some seconds.
                return known == null ? Optional.empty() : known.message;
            }
            // One question at a time: until it is answered, nobody else's turn comes.
            nextNanos = System.nanoTime() + KEEP.toNanos();
        }
        long began = System.nanoTime();
        Optional<String> message = ask(namespace, name, uid);
        long answered = System.nanoTime();
        synchronized (answers) {
            answers.put(uid, new Answer(message, answered));
            nextNanos = answered + Math.max(APART.toNanos(), REST * (answered - began));
        }
        return message;
    }

    private Optional<String> ask(String namespace, String name, String uid) {
        try {
            return client
                    .v1()
                    .events()
                    .inNamespace(namespace)
                    .withField("involvedObject.name", name)
                    .withField("involvedObject.uid", uid)
                    .withField("type", "Warning")
                    .list(
                            new io.fabric8.kubernetes.api.model.ListOptionsBuilder()
                                    .withLimit(MAX_EVENTS)
                                    .build())
                    .getItems()
                    .stream()
                    .max(Comparator.comparing(ProvisionerEvents::time))
                    .map(Event::getMessage);
        } catch (KubernetesClientException e) {
            LOG.atWarn()
                    .addKeyValue("namespace", namespace)
                    .addKeyValue("claim", name)
                    .setCause(e)
                    .log("events of a waiting claim could not be read");
            return Optional.empty();
        }
    }

    private static String time(Event event) {
        if (event.getLastTimestamp() != null) {
            return event.getLastTimestamp();
        }
        String created = event.getMetadata().getCreationTimestamp();
        return created == null ? "" : created;
    }
}
