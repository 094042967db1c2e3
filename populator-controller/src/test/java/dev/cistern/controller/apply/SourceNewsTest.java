package dev.cistern.controller.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.plan.Action;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceNewsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final SourceNews news = new SourceNews();

    private static Action.Announce populated(String pvc) {
        return about("model", "Populated", "PVC team-a/" + pvc + " is populated");
    }

    private static Action.Announce about(String source, String reason, String message) {
        return new Action.Announce(
                new ClaimKey("team-a", "data", "u"),
                new SourceRef(SourceKind.OBJECT_VOLUME_POPULATOR, "team-a", source),
                source + "-uid",
                false,
                reason,
                message);
    }

    private static List<String> words(List<Action.Announce> told) {
        return told.stream().map(Action.Announce::message).toList();
    }

    @Test
    void aBatchOfTenIsTwoEvents() {
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            told.addAll(words(news.take(populated("data-" + i), NOW.plusMillis(500L * i))));
        }
        told.addAll(words(news.due(NOW.plus(SourceNews.GATHER))));

        assertThat(told)
                .containsExactly(
                        "PVC team-a/data-0 is populated",
                        "9 more like it; the last: PVC team-a/data-9 is populated");
    }

    @Test
    void oneThatWasHeldBackIsToldInItsOwnWords() {
        assertThat(news.take(populated("a"), NOW)).hasSize(1);
        assertThat(news.take(populated("b"), NOW.plusSeconds(1))).isEmpty();
        assertThat(words(news.due(NOW.plusSeconds(10))))
                .containsExactly("PVC team-a/b is populated");
    }

    @Test
    void whatComesLaterIsToldAtOnce() {
        assertThat(news.take(populated("a"), NOW)).hasSize(1);
        assertThat(news.take(populated("b"), NOW.plus(SourceNews.GATHER))).hasSize(1);
    }

    @Test
    void otherReasonsAndOtherSourcesDoNotWait() {
        assertThat(news.take(populated("a"), NOW)).hasSize(1);
        assertThat(news.take(about("model", "PopulateFailed", "no"), NOW)).hasSize(1);
        assertThat(news.take(about("other", "Populated", "yes"), NOW)).hasSize(1);
    }

    @Test
    void aFloodIsOneEventInTenSecondsAndNothingIsLost() {
        int events = 0;
        int pvcs = 0;
        for (int i = 0; i < 5_000; i++) {
            for (String words : words(news.take(populated("p"), NOW.plusMillis(40L * i)))) {
                events++;
                pvcs += count(words);
            }
        }
        for (String words : words(news.due(NOW.plus(Duration.ofHours(1))))) {
            events++;
            pvcs += count(words);
        }
        assertThat(events).isBetween(20, 22);
        assertThat(pvcs).isEqualTo(5_000);
    }

    private static int count(String words) {
        int more = words.indexOf(" more like it");
        return more < 0 ? 1 : Integer.parseInt(words.substring(0, more));
    }
}
