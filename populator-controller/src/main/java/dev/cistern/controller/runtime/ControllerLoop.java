package dev.cistern.controller.runtime;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs one [Controller] while this process leads: queue, workers, requeues, metrics.
///
/// @param <K> the controller's keys
public final class ControllerLoop<K> {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerLoop.class);

    private final Controller<K> controller;
    private final WorkQueue<K> queue = new WorkQueue<>();
    private final ControllerMetrics metrics;
    private volatile boolean leading;

    /// Creates a loop that does not lead yet.
    public ControllerLoop(Controller<K> controller, MeterRegistry registry) {
        this.controller = controller;
        this.metrics = new ControllerMetrics(registry, controller.name(), queue);
    }

    /// Subscribes the controller to its kinds. To be called before the caches start.
    public void watch() {
        controller.watch(this::changed);
    }

    /// Starts the workers, and has every key reconciled once. To be called when the caches have their lists.
    public void lead() {
        leading = true;
        for (int i = 0; i < controller.workers(); i++) {
            Thread.ofVirtual().name(controller.name() + "-" + i).start(this::work);
        }
        controller.keys().forEach(this::changed);
    }

    /// Whether this process leads.
    public boolean leading() {
        return leading;
    }

    /// Stops at once: a write in flight is the last one.
    public void stop() {
        leading = false;
        queue.close();
    }

    /// Queues a key. Without leadership it is dropped: a new leader reconciles every key.
    private void changed(K key) {
        if (!leading) {
            return;
        }
        Duration coalesce = controller.coalesce();
        if (coalesce.isZero()) {
            queue.add(key);
        } else {
            queue.add(key, coalesce);
        }
    }

    private void work() {
        try {
            K key = queue.take();
            while (key != null && leading) {
                reconcile(key);
                key = queue.take();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void reconcile(K key) {
        long start = System.nanoTime();
        Result result = attempt(key);
        boolean success = !(result instanceof Result.Conflict);
        metrics.reconciled(success, Duration.ofNanos(System.nanoTime() - start));
        queue.done(key, success);
        switch (result) {
            case Result.Done() -> {}
            case Result.RequeueAfter(Duration delay) -> queue.add(key, delay);
            case Result.Conflict() -> queue.retry(key);
        }
    }

    /// An exception counts as a conflict: the key is reconciled again after the same backoff.
    private Result attempt(K key) {
        try {
            Result result = controller.reconcile(key, this::leading);
            if (result instanceof Result.Conflict) {
                metrics.conflict();
            }
            return result;
        } catch (KubernetesClientException e) {
            LOG.atWarn()
                    .addKeyValue("controller", controller.name())
                    .addKeyValue("key", controller.display(key))
                    .addKeyValue("code", e.getCode())
                    .setCause(e)
                    .log("reconcile failed; trying again");
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("controller", controller.name())
                    .addKeyValue("key", controller.display(key))
                    .setCause(e)
                    .log("reconcile failed by a bug; trying again");
        }
        return new Result.Conflict();
    }
}
