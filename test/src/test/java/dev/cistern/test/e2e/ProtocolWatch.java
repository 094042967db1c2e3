package dev.cistern.test.e2e;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Watches all objects of the protocol. Acts within milliseconds when a step is done, and records every Job.
final class ProtocolWatch implements AutoCloseable {
    private final List<Watch> watches;
    private final Map<String, Set<String>> jobs = new HashMap<>();
    private final Map<String, Set<ProtocolStep>> reached = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();
    private @Nullable Armed armed;

    private record Armed(String claim, ProtocolStep step, Runnable action, CountDownLatch done) {}

    ProtocolWatch(KubernetesClient client) {
        watches =
                List.of(
                        client.persistentVolumeClaims().inAnyNamespace().watch(watcher()),
                        client.persistentVolumes().watch(watcher()),
                        client.batch().v1().jobs().inAnyNamespace().watch(watcher()),
                        client.pods()
                                .inAnyNamespace()
                                .withLabel(Leftovers.UID_LABEL)
                                .watch(watcher()),
                        client.genericKubernetesResources(Cistern.RUNS)
                                .inAnyNamespace()
                                .watch(watcher()));
    }

    private <T extends HasMetadata> Watcher<T> watcher() {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, T object) {
                if (action != Action.BOOKMARK && action != Action.ERROR) {
                    saw(object, action == Action.DELETED);
                }
            }

            @Override
            public void onClose(WatcherException cause) {}
        };
    }

    private synchronized void saw(HasMetadata object, boolean deleted) {
        String uid = ProtocolStep.claimOf(object);
        if (uid == null) {
            return;
        }
        if (object instanceof PersistentVolumeClaim && uid.equals(object.getMetadata().getUid())) {
            names.put(uid, object.getMetadata().getName());
        }
        if (object instanceof Job) {
            jobs.computeIfAbsent(uid, u -> new HashSet<>()).add(object.getMetadata().getUid());
        }
        Set<ProtocolStep> steps =
                reached.computeIfAbsent(uid, u -> EnumSet.noneOf(ProtocolStep.class));
        steps.addAll(ProtocolStep.shownBy(object, deleted));
        if (armed != null && armed.claim().equals(names.get(uid)) && steps.contains(armed.step())) {
            Armed now = armed;
            armed = null;
            now.action().run();
            now.done().countDown();
        }
    }

    /// Runs `action` once, as soon as a step of the population of the named PVC is done; the PVC may be created later.
    /// One at a time.
    Awaited once(String claim, ProtocolStep step, Runnable action) {
        var done = new CountDownLatch(1);
        synchronized (this) {
            armed = new Armed(claim, step, action, done);
        }
        return limit -> {
            try {
                if (!done.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new AssertionError(
                            step
                                    + " of "
                                    + claim
                                    + " was not seen within "
                                    + limit.toSeconds()
                                    + " s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        };
    }

    interface Awaited {
        void await(Duration limit);
    }

    /// Number of Jobs of a PVC since the watch began.
    synchronized int jobsOf(String uid) {
        return jobs.getOrDefault(uid, Set.of()).size();
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
    }
}
