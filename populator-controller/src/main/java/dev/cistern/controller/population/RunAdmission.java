package dev.cistern.controller.population;

import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.population.model.Step;
import dev.cistern.controller.population.model.Timeline;
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

/// Limits how many runs are set up or handed over at once.
///
/// A run has claims, volumes and Jobs created, bound and deleted by the control plane, and thousands at once are no faster than a hundred
/// after the other; all of them are only late together. So a run holds a slot while its next step is the control plane's: not while its
/// copy runs, and not when there was no step for [#STALE], so that volumes that do not come hold up nobody else. PVCs without a slot are
/// queued: first come, first served within a namespace, round-robin over the namespaces, so that one team's thousand PVCs do not hold up
/// another team's one.
///
/// A slot only decides when a run starts; one that has started goes on in any case. After a change of leaders there may be more
/// of them than slots until they have come further.
public final class RunAdmission {
    /// Longer than the control plane takes for a step that it is working on.
    static final Duration STALE = Duration.ofSeconds(30);

    private final int most;
    private final Clock clock;
    private final Consumer<ClaimKey> wake;

    /// By the PVC's UID: until when at the latest.
    private final Map<String, Instant> admitted = new HashMap<>();

    private final Map<String, Set<ClaimKey>> queues = new LinkedHashMap<>();

    /// @param most slots, at least 1
    /// @param wake told about a PVC that was queued and got a slot; must not wait
    public RunAdmission(int most, Clock clock, Consumer<ClaimKey> wake) {
        this.most = most;
        this.clock = clock;
        this.wake = wake;
    }

    /// Gives a PVC a slot, if it has none and one is free.
    ///
    /// @return whether it has one; when it does not use it, [#release] is to be called
    synchronized boolean admit(ClaimKey key) {
        admitWaiting();
        if (!admitted.containsKey(key.uid())) {
            if (!free()) {
                return false;
            }
            admitted.put(key.uid(), clock.instant().plus(STALE));
        }
        return true;
    }

    /// Queues a PVC without a slot, unless it is queued.
    synchronized void queue(ClaimKey key) {
        if (!admitted.containsKey(key.uid())) {
            queues.computeIfAbsent(key.namespace(), _ -> new LinkedHashSet<>()).add(key);
            admitWaiting();
        }
    }

    /// Notes how far the PVC's run has come; a PVC without a run gives its slot back.
    synchronized void progressed(ClaimKey key, Timeline timeline) {
        Optional<Instant> until =
                timeline.latest()
                        .filter(step -> step != Step.COPY_STARTED)
                        .flatMap(timeline::at)
                        .map(at -> at.plus(STALE))
                        .filter(clock.instant()::isBefore);
        if (until.isPresent()) {
            admitted.put(key.uid(), until.get());
        } else {
            release(key);
        }
    }

    /// Takes the PVC out of the queue, and its slot back.
    synchronized void release(ClaimKey key) {
        Set<ClaimKey> waiting = queues.get(key.namespace());
        if (waiting != null && waiting.remove(key) && waiting.isEmpty()) {
            queues.remove(key.namespace());
        }
        admitted.remove(key.uid());
        admitWaiting();
    }

    private boolean free() {
        if (admitted.size() >= most) {
            Instant now = clock.instant();
            admitted.values().removeIf(until -> !now.isBefore(until));
        }
        return admitted.size() < most;
    }

    private void admitWaiting() {
        while (!queues.isEmpty() && free()) {
            Map.Entry<String, Set<ClaimKey>> first = queues.entrySet().iterator().next();
            Set<ClaimKey> waiting = first.getValue();
            ClaimKey next = waiting.iterator().next();
            waiting.remove(next);
            queues.remove(first.getKey());
            if (!waiting.isEmpty()) {
                queues.put(next.namespace(), waiting);
            }
            admitted.put(next.uid(), clock.instant().plus(STALE));
            wake.accept(next);
        }
    }

    /// How many PVCs are queued.
    public synchronized int waiting() {
        return queues.values().stream().mapToInt(Set::size).sum();
    }

    /// How many slots are in use.
    public synchronized int admitted() {
        return admitted.size();
    }
}
