package dev.cistern.controller.loop;

import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Step;
import dev.cistern.controller.model.Timeline;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Whose turn it is to have a run begun.
///
/// A run has claims, volumes and Jobs made, bound and deleted by the control plane, and thousands at once come through
/// no sooner than a hundred after the other; all of them are only late together. So a run holds a turn while its next
/// step is the control plane's: not while its copy runs, and not when it has stood still for [#STALE], so that volumes that do
/// not come hold up nobody else. Whoever gets no turn waits in a line: first come, first served, the namespaces in turn, so that
/// one team's thousand PVCs do not hold up another team's one.
///
/// Turns only keep runs from being begun; one that was begun goes on in any case. After a change of leaders there may be
/// more of them than turns until they have come further.
public final class Turns {
    /// Longer than the control plane takes for a step that it is working on.
    static final Duration STALE = Duration.ofSeconds(30);

    private final int most;
    private final Clock clock;
    private final Consumer<ClaimKey> wake;

    /// By the PVC's UID: until when at the latest.
    private final Map<String, Instant> taken = new HashMap<>();

    private final Map<String, Set<ClaimKey>> line = new LinkedHashMap<>();

    /// @param most runs that hold a turn at once, at least 1
    /// @param wake told about a PVC that has waited and got its turn; must not wait
    public Turns(int most, Clock clock, Consumer<ClaimKey> wake) {
        this.most = most;
        this.clock = clock;
        this.wake = wake;
    }

    /// Gives a PVC a turn, if it has none and there is one left for it.
    ///
    /// @return whether it has one. If it does not use it, it is to [#leave].
    synchronized boolean take(ClaimKey key) {
        callUp();
        if (!taken.containsKey(key.uid())) {
            if (!free()) {
                return false;
            }
            taken.put(key.uid(), clock.instant().plus(STALE));
        }
        return true;
    }

    /// Puts a PVC without a turn at the end of the line, if it is not in it.
    synchronized void line(ClaimKey key) {
        if (!taken.containsKey(key.uid())) {
            line.computeIfAbsent(key.namespace(), _ -> new LinkedHashSet<>()).add(key);
            callUp();
        }
    }

    /// Notes how far the PVC's run has come; a PVC without one gives its turn back.
    synchronized void stands(ClaimKey key, Timeline timeline) {
        Optional<Instant> until =
                timeline.latest()
                        .filter(step -> step != Step.COPY_STARTED)
                        .flatMap(timeline::at)
                        .map(at -> at.plus(STALE))
                        .filter(clock.instant()::isBefore);
        if (until.isPresent()) {
            taken.put(key.uid(), until.get());
        } else {
            leave(key);
        }
    }

    /// Takes the PVC out of the line, or its turn back.
    synchronized void leave(ClaimKey key) {
        Set<ClaimKey> waiting = line.get(key.namespace());
        if (waiting != null && waiting.remove(key) && waiting.isEmpty()) {
            line.remove(key.namespace());
        }
        taken.remove(key.uid());
        callUp();
    }

    private boolean free() {
        if (taken.size() >= most) {
            Instant now = clock.instant();
            taken.values().removeIf(until -> !now.isBefore(until));
        }
        return taken.size() < most;
    }

    private void callUp() {
        while (!line.isEmpty() && free()) {
            Map.Entry<String, Set<ClaimKey>> first = line.entrySet().iterator().next();
            Set<ClaimKey> waiting = first.getValue();
            ClaimKey next = waiting.iterator().next();
            waiting.remove(next);
            line.remove(first.getKey());
            if (!waiting.isEmpty()) {
                line.put(next.namespace(), waiting);
            }
            taken.put(next.uid(), clock.instant().plus(STALE));
            wake.accept(next);
        }
    }

    /// How many PVCs wait in line.
    public synchronized int waiting() {
        return line.values().stream().mapToInt(Set::size).sum();
    }

    /// How many turns are taken.
    public synchronized int taken() {
        return taken.size();
    }
}
