package dev.cistern.controller.runtime;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Elects one replica to reconcile, with a Lease.
///
/// A replica that cannot renew for ten seconds stops, five seconds before another may start. It does not become a
/// standby again: its process exits and is restarted, without any state.
public final class LeaderElection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration RENEW = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final String namespace;
    private final String lease;
    private final String identity;
    private @Nullable CompletableFuture<?> election;
    private volatile boolean closing;

    /// An election that has not begun.
    ///
    /// @param namespace of the Lease
    /// @param lease its name
    /// @param identity of this replica
    public LeaderElection(
            KubernetesClient client, String namespace, String lease, String identity) {
        this.client = client;
        this.namespace = namespace;
        this.lease = lease;
        this.identity = identity;
    }

    /// Takes part in the election.
    ///
    /// @param won called when this replica leads
    /// @param lost called when it no longer leads, unless it is being closed
    public void run(Runnable won, Runnable lost) {
        LeaderElector elector =
                client.leaderElector()
                        .withConfig(
                                new LeaderElectionConfigBuilder()
                                        .withName(lease)
                                        .withLock(new LeaseLock(namespace, lease, identity))
                                        .withLeaseDuration(LEASE)
                                        .withRenewDeadline(RENEW)
                                        .withRetryPeriod(RETRY)
                                        .withReleaseOnCancel(true)
                                        .withLeaderCallbacks(
                                                new LeaderCallbacks(
                                                        () -> {
                                                            LOG.atInfo()
                                                                    .addKeyValue(
                                                                            "identity", identity)
                                                                    .log("leading");
                                                            won.run();
                                                        },
                                                        () -> {
                                                            if (!closing) {
                                                                LOG.atError()
                                                                        .addKeyValue(
                                                                                "identity",
                                                                                identity)
                                                                        .log("no longer leading");
                                                                lost.run();
                                                            }
                                                        },
                                                        leader ->
                                                                LOG.atInfo()
                                                                        .addKeyValue(
                                                                                "leader", leader)
                                                                        .log("leader seen")))
                                        .build())
                        .build();
        election = elector.start();
    }

    /// Releases the Lease, so that another replica need not wait for its expiry.
    @Override
    public void close() {
        closing = true;
        CompletableFuture<?> running = election;
        if (running != null) {
            running.cancel(true);
        }
    }
}
