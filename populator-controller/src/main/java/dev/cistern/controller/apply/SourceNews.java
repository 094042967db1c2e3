package dev.cistern.controller.apply;

import dev.cistern.controller.plan.Action;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is told of populators and datasets: the first word of a kind at once, what follows closely gathered into one.
///
/// Each PVC of a populator has its own story in its own events. On the populator a thousand of them would be a flood; there it
/// says that one was populated, and some seconds later how many more. Not for several threads at once.
final class SourceNews {
    /// How long words of a kind are gathered: six events a minute are readable, and a batch of ten costs two.
    static final Duration GATHER = Duration.ofSeconds(10);

    /// Populators and kinds of news that are gathered at once; with more, the oldest are told early.
    private static final int MAX_GATHERED = 1_000;

    private final Map<String, Gathered> gathered = new LinkedHashMap<>();

    /// @param more how many were held back
    /// @param last the last of them
    private record Gathered(Instant until, int more, Optional<Action.Announce> last) {
        Optional<Action.Announce> sum() {
            return last.map(
                    a ->
                            more == 1
                                    ? a
                                    : new Action.Announce(
                                            a.claim(),
                                            a.source(),
                                            a.sourceUid(),
                                            a.warning(),
                                            a.reason(),
                                            more + " more like it; the last: " + a.message()));
        }
    }

    /// Takes news of a source.
    ///
    /// @return what is to be told now
    List<Action.Announce> take(Action.Announce news, Instant now) {
        String kind = news.sourceUid() + "/" + news.source() + "/" + news.reason();
        List<Action.Announce> told = new ArrayList<>(due(now));
        Gathered before = gathered.get(kind);
        if (before == null) {
            told.add(news);
            gathered.put(kind, new Gathered(now.plus(GATHER), 0, Optional.empty()));
            if (gathered.size() > MAX_GATHERED) {
                Iterator<Gathered> oldest = gathered.values().iterator();
                oldest.next().sum().ifPresent(told::add);
                oldest.remove();
            }
        } else {
            gathered.put(kind, new Gathered(before.until, before.more + 1, Optional.of(news)));
        }
        return told;
    }

    /// What has been gathered for long enough.
    List<Action.Announce> due(Instant now) {
        List<Action.Announce> told = new ArrayList<>();
        for (Map.Entry<String, Gathered> entry : List.copyOf(gathered.entrySet())) {
            Gathered one = entry.getValue();
            if (now.isBefore(one.until)) {
                continue;
            }
            gathered.remove(entry.getKey());
            // Told, and gathered on: who keeps talking is heard once in each while.
            one.sum()
                    .ifPresent(
                            sum -> {
                                told.add(sum);
                                gathered.put(
                                        entry.getKey(),
                                        new Gathered(now.plus(GATHER), 0, Optional.empty()));
                            });
        }
        return told;
    }
}
