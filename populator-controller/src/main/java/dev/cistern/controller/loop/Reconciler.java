package dev.cistern.controller.loop;

import dev.cistern.controller.apply.Applier;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Crowd;
import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.Timeline;
import dev.cistern.controller.observe.Informers;
import dev.cistern.controller.observe.Observer;
import dev.cistern.controller.plan.Action;
import dev.cistern.controller.plan.Plan;
import dev.cistern.controller.plan.Planner;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Observes, plans and applies, for one PVC at a time per worker and many workers at once.
public final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final Informers informers;
    private final Observer observer;
    private final Planner planner;
    private final Applier applier;
    private final WorkQueue<ClaimKey> queue;
    private final Turns turns;
    private final LoopMetrics metrics;
    private final Clock clock;

    /// Of the runs under way, by the PVC's UID; a PVC that only waits for its source has none.
    private final ConcurrentMap<String, Timeline> timelines = new ConcurrentHashMap<>();

    private volatile boolean leading;

    /// A reconciler that has not started.
    public Reconciler(
            Informers informers,
            Observer observer,
            Planner planner,
            Applier applier,
            WorkQueue<ClaimKey> queue,
            Turns turns,
            LoopMetrics metrics,
            Clock clock) {
        this.informers = informers;
        this.observer = observer;
        this.planner = planner;
        this.applier = applier;
        this.queue = queue;
        this.turns = turns;
        this.metrics = metrics;
        this.clock = clock;
    }

    /// Starts to work: everything is looked at once, then whatever changes.
    ///
    /// @param workers how many PVCs are worked on at once
    public void lead(int workers) {
        leading = true;
        for (int i = 0; i < workers; i++) {
            Thread.ofVirtual().name("reconcile-" + i).start(this::work);
        }
        informers.lookAtAll();
    }

    /// Whether this process leads.
    public boolean leading() {
        return leading;
    }

    /// Stops at once: a write under way is the last one.
    public void stop() {
        leading = false;
        queue.close();
    }

    /// Says that a PVC may need a look. Without leadership nobody looks; whoever leads later looks at everything.
    public void changed(ClaimKey key) {
        if (leading) {
            queue.add(key);
        }
    }

    private void work() {
        try {
            ClaimKey key = queue.take();
            while (key != null && leading) {
                boolean success = false;
                long start = System.nanoTime();
                try {
                    success = reconcile(key);
                } catch (KubernetesClientException e) {
                    LOG.atWarn()
                            .addKeyValue("claim", key.display())
                            .addKeyValue("uid", key.uid())
                            .addKeyValue("code", e.getCode())
                            .setCause(e)
                            .log("reconcile failed; trying again");
                } catch (RuntimeException e) {
                    LOG.atError()
                            .addKeyValue("claim", key.display())
                            .addKeyValue("uid", key.uid())
                            .setCause(e)
                            .log("reconcile failed by a bug; trying again");
                }
                metrics.reconciled(success, Duration.ofNanos(System.nanoTime() - start));
                queue.done(key, success);
                if (!success) {
                    queue.retry(key);
                }
                key = queue.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Looks at one PVC and does what is to be done.
    ///
    /// @return false when the cluster was not as observed, and is to be looked at again
    boolean reconcile(ClaimKey key) {
        Timeline noted = timelines.getOrDefault(key.uid(), Timeline.EMPTY);
        Optional<Observed> seen =
                key.name().isEmpty()
                        ? Optional.empty()
                        : observer.observe(
                                key.namespace(),
                                key.name(),
                                key.uid(),
                                clock.instant(),
                                applier.refusal(key.uid()),
                                new Crowd(
                                        timelines.size(),
                                        !noted.times().isEmpty() || turns.take(key)),
                                noted);
        if (seen.isEmpty()) {
            turns.leave(key);
            return clear(key);
        }
        Plan plan = planner.plan(seen.get());
        if (!plan.timeline().times().isEmpty()) {
            timelines.put(key.uid(), plan.timeline());
        }
        if (plan.waits()) {
            turns.line(key);
        } else if (plan.over()) {
            turns.leave(key);
        } else {
            turns.stands(key, plan.timeline());
        }
        for (Action action : plan.actions()) {
            if (!leading) {
                return true;
            }
            if (LOG.isDebugEnabled()) {
                LOG.atDebug()
                        .addKeyValue("claim", key.display())
                        .addKeyValue("action", action.getClass().getSimpleName())
                        .log("apply");
            }
            if (applier.apply(key, action) == Applier.Outcome.CONFLICT) {
                metrics.conflict();
                return false;
            }
        }
        if (plan.over()) {
            timelines.remove(key.uid());
            informers.writtenJobs().forgetRun(key.uid());
        }
        plan.again().ifPresent(delay -> queue.add(key, delay));
        return true;
    }

    /// Deletes what belonged to a PVC that is gone although our finalizer was to hold it: somebody took the finalizer off.
    private boolean clear(ClaimKey key) {
        timelines.remove(key.uid());
        if (informers.claimByUid(key.uid()).isPresent()) {
            return true;
        }
        List<Action> actions = new ArrayList<>();
        for (Job job : informers.jobs(key.uid())) {
            if (job.getMetadata().getDeletionTimestamp() == null) {
                actions.add(
                        new Action.DeleteJob(
                                job.getMetadata().getNamespace(),
                                job.getMetadata().getName(),
                                job.getMetadata().getUid()));
            }
        }
        for (PersistentVolumeClaim prime : informers.primes(key.uid())) {
            if (prime.getMetadata().getDeletionTimestamp() == null) {
                actions.add(
                        new Action.DeletePrime(
                                prime.getMetadata().getNamespace(),
                                prime.getMetadata().getName(),
                                prime.getMetadata().getUid()));
            }
        }
        actions.forEach(action -> applier.apply(key, action));
        return true;
    }
}
