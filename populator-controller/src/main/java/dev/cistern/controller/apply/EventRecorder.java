package dev.cistern.controller.apply;

import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.plan.Action;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
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

/// Tells people by events, without holding up the reconcile and without a flood.
///
/// The same words about the same object are said once in ten minutes, by this process or another: the event's name
/// derives from them. What happens to many PVCs of one populator is gathered there, see [SourceNews].
public final class EventRecorder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
    private static final String COMPONENT = "cistern-controller";
    private static final Duration AGAIN_AFTER = Duration.ofMinutes(10);

    /// What was said lately: 5,000 PVCs with two events each.
    private static final int MAX_REMEMBERED = 10_000;

    /// Events waiting to be written; beyond that they are dropped, for they are hints and not state.
    private static final int MAX_WAITING = 10_000;

    private static final int WRITERS = 2;

    /// How long an idle writer waits before it looks for gathered news.
    private static final Duration LOOK = Duration.ofSeconds(1);

    /// Events take 1,024 bytes of message.
    private static final int MAX_MESSAGE = 1_000;

    private final Api api;
    private final Clock clock;
    private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Map<String, Said> said = bounded();
    private final SourceNews news = new SourceNews();
    private volatile boolean closed;

    private record Said(Instant at, int count) {}

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
    public EventRecorder(Api api, Clock clock) {
        this.api = api;
        this.clock = clock;
    }

    /// Starts writing.
    public void start() {
        for (int i = 0; i < WRITERS; i++) {
            Thread.ofVirtual().name("events-" + i).start(this::run);
        }
    }

    /// Has something said, sooner or later or not at all.
    public void record(Action.Announce announce) {
        if (announce.source() == null) {
            say(announce);
            return;
        }
        List<Action.Announce> told;
        synchronized (news) {
            told = news.take(announce, clock.instant());
        }
        told.forEach(this::say);
    }

    private void say(Action.Announce announce) {
        say(about(announce), announce.warning(), announce.reason(), announce.message());
    }

    /// Has something said of any object, sooner or later or not at all.
    ///
    /// @param about with its UID
    /// @param warning whether something is wrong
    /// @param reason one word for machines
    /// @param text for people
    public void say(ObjectReference about, boolean warning, String reason, String text) {
        String message =
                text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + " …";
        String words = about.getUid() + reason + message;
        Instant now = clock.instant();
        int count;
        synchronized (this) {
            Said before = said.get(words);
            if (before != null && now.isBefore(before.at.plus(AGAIN_AFTER))) {
                return;
            }
            count = before == null ? 1 : before.count + 1;
            said.put(words, new Said(now, count));
        }
        String time = DateTimeFormatter.ISO_INSTANT.format(now.truncatedTo(ChronoUnit.SECONDS));
        String hash = UUID.nameUUIDFromBytes(words.getBytes(StandardCharsets.UTF_8)).toString();
        Event event =
                new EventBuilder()
                        .withNewMetadata()
                        .withName(cut(about.getName(), 200) + "." + hash)
                        .withNamespace(
                                about.getNamespace() == null ? "default" : about.getNamespace())
                        .endMetadata()
                        .withInvolvedObject(about)
                        .withType(warning ? "Warning" : "Normal")
                        .withReason(reason)
                        .withMessage(message)
                        .withFirstTimestamp(time)
                        .withLastTimestamp(time)
                        .withCount(count)
                        .withNewSource()
                        .withComponent(COMPONENT)
                        .endSource()
                        .withReportingComponent(COMPONENT)
                        .build();
        if (!waiting.offer(event)) {
            LOG.atWarn().addKeyValue("reason", reason).log("event dropped: too many wait");
        }
    }

    private static String cut(String name, int most) {
        return name.length() <= most ? name : name.substring(0, most);
    }

    private static ObjectReference about(Action.Announce announce) {
        ClaimKey claim = announce.claim();
        SourceRef source = announce.source();
        if (source == null) {
            return new ObjectReferenceBuilder()
                    .withApiVersion("v1")
                    .withKind("PersistentVolumeClaim")
                    .withNamespace(claim.namespace())
                    .withName(claim.name())
                    .withUid(claim.uid())
                    .build();
        }
        return new ObjectReferenceBuilder()
                .withApiVersion(source.kind().apiVersion())
                .withKind(source.kind().kind())
                .withNamespace(source.namespace())
                .withName(source.name())
                .withUid(announce.sourceUid())
                .build();
    }

    private void run() {
        while (!closed) {
            try {
                Event event = waiting.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                if (event != null) {
                    write(event);
                }
                List<Action.Announce> due;
                synchronized (news) {
                    due = news.due(clock.instant());
                }
                due.forEach(this::say);
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
        try {
            api.create(path(event), event, Event.class);
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                api.patch(
                        path(event) + "/" + event.getMetadata().getName(),
                        Api.Patch.MERGE,
                        Names.FIELD_MANAGER,
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
            // 403 and 404: the namespace is on its way out, and nobody reads its events.
        }
    }

    private static String path(Event event) {
        return Paths.events(event.getMetadata().getNamespace());
    }

    @Override
    public void close() {
        closed = true;
    }
}
