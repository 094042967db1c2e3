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
/// A run needs claims, volumes and Jobs to be created, bound and deleted by the control plane, and thousands at once
/// are not faster than a hundred at a time; they only all finish late. So a run holds a slot while its next step is the
/// control plane's: not while its copy runs, and not when there was no step for [#STALE], so that stuck volumes do not
/// block others. PVCs without a slot are queued: first come, first served within a namespace, round-robin over
/// namespaces, so that one team's thousand PVCs do not block another team's one.
///
/// A slot only decides when a run starts; a started run continues in any case. After a change of leaders more runs than
/// slots may be admitted for a while.
public final class RunAdmission {
    /// Longer than the control plane needs for a step.
    static final Duration STALE = Duration.ofSeconds(30);

    private final int slots;
    private final Clock clock;
    private final Consumer<ClaimKey> wake;

    /// Expiry of each slot, by the PVC's UID.
    private final Map<String, Instant> admitted = new HashMap<>();

    private final Map<String, Set<ClaimKey>> queues = new LinkedHashMap<>();

    /// @param slots slots, at least 1
    /// @param wake called for a queued PVC that got a slot; must not block
    public RunAdmission(int slots, Clock clock, Consumer<ClaimKey> wake) {
        this.slots = slots;
        this.clock = clock;
        this.wake = wake;
    }

    /// Admits a PVC, if it is not admitted and a slot is free.
    ///
    /// @return whether it is admitted; if it does not use the slot, [#release] has to be called
    synchronized boolean admit(ClaimKey key) {
        admitQueued();
        if (!admitted.containsKey(key.uid())) {
            if (!free()) {
                return false;
            }
            admitted.put(key.uid(), clock.instant().plus(STALE));
        }
        return true;
    }

    /// Queues a PVC, unless it is admitted or queued.
    synchronized void queue(ClaimKey key) {
        if (!admitted.containsKey(key.uid())) {
            queues.computeIfAbsent(key.namespace(), _ -> new LinkedHashSet<>()).add(key);
            admitQueued();
        }
    }

    /// Records the progress of the PVC's run; a PVC without a run returns its slot.
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

    /// Removes the PVC from the queue and frees its slot.
    synchronized void release(ClaimKey key) {
        Set<ClaimKey> waiting = queues.get(key.namespace());
        if (waiting != null && waiting.remove(key) && waiting.isEmpty()) {
            queues.remove(key.namespace());
        }
        admitted.remove(key.uid());
        admitQueued();
    }

    private boolean free() {
        if (admitted.size() >= slots) {
            Instant now = clock.instant();
            admitted.values().removeIf(until -> !now.isBefore(until));
        }
        return admitted.size() < slots;
    }

    private void admitQueued() {
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

    /// Number of queued PVCs.
    public synchronized int queued() {
        return queues.values().stream().mapToInt(Set::size).sum();
    }

    /// Number of slots in use.
    public synchronized int admitted() {
        return admitted.size();
    }
}
