package dev.cistern.controller.runtime;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Records events without delaying a reconcile and without flooding.
///
/// The same message about the same object is written at most once in ten minutes, by this process or another: the
/// event's name derives from it. Events about an object that many others refer to are aggregated, see
/// [EventAggregator]. Events are best effort: one that cannot be written, or finds the queue full, is dropped.
public final class EventRecorder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
    private static final Duration REPEAT_AFTER = Duration.ofMinutes(10);

    /// Messages remembered: 5,000 objects with two events each.
    private static final int MAX_REMEMBERED = 10_000;

    /// Events waiting to be written; the same 5,000 objects.
    private static final int MAX_WAITING = 10_000;

    private static final int WRITERS = 2;

    /// Interval at which an idle writer checks for due summaries.
    private static final Duration POLL = Duration.ofSeconds(1);

    /// The message of an event is limited to 1,024 bytes.
    private static final int MAX_MESSAGE = 1_000;

    private final Api api;
    private final String component;
    private final Clock clock;
    private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Map<String, Recorded> recorded = bounded();
    private final EventAggregator aggregator = new EventAggregator();
    private volatile boolean closed;

    private record Recorded(Instant at, int count) {}

    private static <V> Map<String, V> bounded() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
                return size() > MAX_REMEMBERED;
            }
        };
    }

    /// A recorder that writes through an API.
    ///
    /// @param component that the events come from
    public EventRecorder(Api api, String component, Clock clock) {
        this.api = api;
        this.component = component;
        this.clock = clock;
    }

    /// Starts writing.
    public void start() {
        for (int i = 0; i < WRITERS; i++) {
            Thread.ofVirtual().name("events-" + i).start(this::run);
        }
    }

    /// Records an event about an object that many others refer to; following events of the same reason are summarized.
    public void aggregate(EventMessage event) {
        List<EventMessage> now;
        synchronized (aggregator) {
            now = aggregator.add(event, clock.instant());
        }
        now.forEach(this::record);
    }

    /// Records an event.
    public void record(EventMessage event) {
        ObjectReference about = event.about();
        String message = cut(event.text(), MAX_MESSAGE, " …");
        String identity = about.getUid() + event.reason() + message;
        Instant now = clock.instant();
        int count;
        synchronized (this) {
            Recorded before = recorded.get(identity);
            if (before != null && now.isBefore(before.at.plus(REPEAT_AFTER))) {
                return;
            }
            count = before == null ? 1 : before.count + 1;
            recorded.put(identity, new Recorded(now, count));
        }
        String time = DateTimeFormatter.ISO_INSTANT.format(now.truncatedTo(ChronoUnit.SECONDS));
        String hash = UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8)).toString();
        Event written =
                new EventBuilder()
                        .withNewMetadata()
                        .withName(cut(about.getName(), 200, "") + "." + hash)
                        .withNamespace(
                                about.getNamespace() == null ? "default" : about.getNamespace())
                        .endMetadata()
                        .withInvolvedObject(about)
                        .withType(event.warning() ? "Warning" : "Normal")
                        .withReason(event.reason())
                        .withMessage(message)
                        .withFirstTimestamp(time)
                        .withLastTimestamp(time)
                        .withCount(count)
                        .withNewSource()
                        .withComponent(component)
                        .endSource()
                        .withReportingComponent(component)
                        .build();
        if (!waiting.offer(written)) {
            LOG.atWarn().addKeyValue("reason", event.reason()).log("event dropped: too many wait");
        }
    }

    private static String cut(String text, int most, String mark) {
        return text.length() <= most ? text : text.substring(0, most) + mark;
    }

    private void run() {
        while (!closed) {
            try {
                Event event = waiting.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
                if (event != null) {
                    write(event);
                }
                List<EventMessage> due;
                synchronized (aggregator) {
                    due = aggregator.due(clock.instant());
                }
                due.forEach(this::record);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (KubernetesClientException e) {
                LOG.atWarn().setCause(e).log("event not written");
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("event not written by a bug");
            }
        }
    }

    private void write(Event event) {
        String events = "/api/v1/namespaces/" + event.getMetadata().getNamespace() + "/events";
        try {
            api.create(events, event, Event.class);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                api.patch(
                        events + "/" + event.getMetadata().getName(),
                        Api.Patch.MERGE,
                        Map.of(
                                "count",
                                event.getCount() + 1,
                                "lastTimestamp",
                                event.getLastTimestamp()),
                        Event.class);
            } else if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND
                    && e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
                throw e;
            }
            // 403 and 404: the namespace is being deleted, and its events are not needed.
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
