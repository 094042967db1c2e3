package dev.cistern.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ControllerLoopTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Fake controller = new Fake();
    private final ControllerLoop<String> loop = new ControllerLoop<>(controller, registry);

    /// Follows a script, reconcile by reconcile, and then does nothing.
    private static final class Fake implements Controller<String> {
        final List<String> reconciled = new CopyOnWriteArrayList<>();
        final Deque<Result> results = new ArrayDeque<>();
        final Deque<RuntimeException> failures = new ArrayDeque<>();
        Consumer<? super String> enqueue = _ -> {};
        Duration coalesce = Duration.ZERO;

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public int workers() {
            return 1;
        }

        @Override
        public String display(String key) {
            return key;
        }

        @Override
        public void watch(Consumer<? super String> enqueue) {
            this.enqueue = enqueue;
        }

        @Override
        public Collection<String> keys() {
            return List.of("there-before");
        }

        @Override
        public Duration coalesce() {
            return coalesce;
        }

        @Override
        public synchronized Result reconcile(String key, BooleanSupplier leading) {
            assertThat(leading.getAsBoolean()).isTrue();
            reconciled.add(key);
            RuntimeException failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            Result result = results.poll();
            return result == null ? new Result.Done() : result;
        }
    }

    @AfterEach
    void stop() {
        loop.stop();
    }

    private void reconciled(String... keys) {
        await().untilAsserted(() -> assertThat(controller.reconciled).containsExactly(keys));
    }

    private double count(String result) {
        return registry.get("cistern.reconcile")
                .tags("controller", "fake", "result", result)
                .timer()
                .count();
    }

    @Test
    void whoLeadsReconcilesEverythingOnceAndThenWhatChanges() {
        loop.watch();
        controller.enqueue.accept("dropped: nobody leads yet");
        loop.lead();
        reconciled("there-before");
        controller.enqueue.accept("changed");
        reconciled("there-before", "changed");
        await().untilAsserted(() -> assertThat(count("success")).isEqualTo(2));
    }

    @Test
    void aRequeueComesWithoutAChange() {
        controller.results.add(new Result.RequeueAfter(Duration.ofMillis(20)));
        loop.watch();
        loop.lead();
        reconciled("there-before", "there-before");
    }

    @Test
    void aConflictIsCountedAndReconciledAgain() {
        controller.results.add(new Result.Conflict());
        loop.watch();
        loop.lead();
        reconciled("there-before", "there-before");
        assertThat(registry.get("cistern.reconcile.conflicts").counter().count()).isEqualTo(1);
        assertThat(count("error")).isEqualTo(1);
    }

    /// Neither a rejection nor a bug stops the worker.
    @Test
    void exceptionsAreReconciledAgain() {
        controller.failures.add(new KubernetesClientException("no"));
        controller.failures.add(new IllegalStateException("bug"));
        loop.watch();
        loop.lead();
        reconciled("there-before", "there-before", "there-before");
        assertThat(registry.get("cistern.reconcile.conflicts").counter().count()).isZero();
    }

    @Test
    void changesWithinTheCoalescingTimeAreOneReconcile() {
        controller.coalesce = Duration.ofMillis(200);
        loop.watch();
        loop.lead();
        for (int i = 0; i < 10; i++) {
            controller.enqueue.accept("there-before");
        }
        reconciled("there-before");
        await().during(Duration.ofMillis(300))
                .untilAsserted(() -> assertThat(controller.reconciled).hasSize(1));
    }

    @Test
    void afterTheStopNothingIsReconciled() {
        loop.watch();
        loop.lead();
        reconciled("there-before");
        loop.stop();
        assertThat(loop.leading()).isFalse();
        controller.enqueue.accept("late");
        await().during(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(controller.reconciled).hasSize(1));
    }
}
