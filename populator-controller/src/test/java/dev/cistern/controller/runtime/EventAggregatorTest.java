package dev.cistern.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventAggregatorTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final EventAggregator aggregator = new EventAggregator();

    private static EventMessage populated(String pvc) {
        return about("model", "Populated", "PVC team-a/" + pvc + " is populated");
    }

    private static EventMessage about(String source, String reason, String message) {
        return new EventMessage(
                new ObjectReferenceBuilder()
                        .withKind("ObjectVolumePopulator")
                        .withNamespace("team-a")
                        .withName(source)
                        .withUid(source + "-uid")
                        .build(),
                false,
                reason,
                message);
    }

    private static List<String> texts(List<EventMessage> events) {
        return events.stream().map(EventMessage::text).toList();
    }

    @Test
    void aBatchOfTenIsTwoEvents() {
        List<String> recorded = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            recorded.addAll(
                    texts(aggregator.add(populated("data-" + i), NOW.plusMillis(500L * i))));
        }
        recorded.addAll(texts(aggregator.due(NOW.plus(EventAggregator.WINDOW))));

        assertThat(recorded)
                .containsExactly(
                        "PVC team-a/data-0 is populated",
                        "9 more like it; the last: PVC team-a/data-9 is populated");
    }

    @Test
    void oneThatWasHeldBackIsRecordedAsItIs() {
        assertThat(aggregator.add(populated("a"), NOW)).hasSize(1);
        assertThat(aggregator.add(populated("b"), NOW.plusSeconds(1))).isEmpty();
        assertThat(texts(aggregator.due(NOW.plusSeconds(10))))
                .containsExactly("PVC team-a/b is populated");
    }

    @Test
    void afterTheWindowTheNextIsRecordedAtOnce() {
        assertThat(aggregator.add(populated("a"), NOW)).hasSize(1);
        assertThat(aggregator.add(populated("b"), NOW.plus(EventAggregator.WINDOW))).hasSize(1);
    }

    @Test
    void otherReasonsAndOtherObjectsDoNotWait() {
        assertThat(aggregator.add(populated("a"), NOW)).hasSize(1);
        assertThat(aggregator.add(about("model", "PopulateFailed", "no"), NOW)).hasSize(1);
        assertThat(aggregator.add(about("other", "Populated", "yes"), NOW)).hasSize(1);
    }

    @Test
    void aFloodIsOneEventInTenSecondsAndNothingIsLost() {
        int events = 0;
        int pvcs = 0;
        for (int i = 0; i < 5_000; i++) {
            for (String text : texts(aggregator.add(populated("p"), NOW.plusMillis(40L * i)))) {
                events++;
                pvcs += count(text);
            }
        }
        for (String text : texts(aggregator.due(NOW.plus(Duration.ofHours(1))))) {
            events++;
            pvcs += count(text);
        }
        assertThat(events).isBetween(20, 22);
        assertThat(pvcs).isEqualTo(5_000);
    }

    private static int count(String text) {
        int more = text.indexOf(" more like it");
        return more < 0 ? 1 : Integer.parseInt(text.substring(0, more));
    }
}
