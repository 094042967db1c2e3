package dev.cistern.controller;

import dev.cistern.controller.apply.Api;
import dev.cistern.controller.apply.Applier;
import dev.cistern.controller.apply.EventRecorder;
import dev.cistern.controller.apply.ReportSeal;
import dev.cistern.controller.loop.Leadership;
import dev.cistern.controller.loop.LoopMetrics;
import dev.cistern.controller.loop.Reconciler;
import dev.cistern.controller.loop.Turns;
import dev.cistern.controller.loop.WorkQueue;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.observe.Complaints;
import dev.cistern.controller.observe.Informers;
import dev.cistern.controller.observe.Observer;
import dev.cistern.controller.observe.Resolver;
import dev.cistern.controller.observe.Rooms;
import dev.cistern.controller.ops.ApiCalls;
import dev.cistern.controller.ops.OpsServer;
import dev.cistern.controller.ops.RunMetrics;
import dev.cistern.controller.plan.Planner;
import dev.cistern.controller.progress.KnownRuns;
import dev.cistern.controller.progress.ProgressServer;
import dev.cistern.controller.progress.ProgressWriter;
import dev.cistern.controller.progress.ReportJudge;
import dev.cistern.controller.status.SourceStatuses;
import dev.cistern.populate.wire.ReportKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The program: sees the cluster, takes reports, and reconciles while it leads.
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    /// Binding a socket.
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);

    /// How often kinds are looked for that were not there at the start.
    private static final Duration JOIN_INTERVAL = Duration.ofMinutes(1);

    private Main() {}

    /// Ends with 2 when the configuration is wrong, with 1 when it cannot start or has lost the Lease; runs until it is told to end
    /// otherwise.
    public static void main(String[] args) throws InterruptedException {
        try {
            run(Config.from(System.getenv()));
        } catch (Config.InvalidConfig e) {
            LOG.atError().addKeyValue("problems", e.getMessage()).log("the configuration is wrong");
            System.exit(2);
        } catch (KubernetesClientException | ExecutionException | TimeoutException e) {
            LOG.atError().setCause(e).log("cannot start");
            System.exit(1);
        }
    }

    private static void run(Config config)
            throws InterruptedException, ExecutionException, TimeoutException {
        Clock clock = Clock.systemUTC();
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Vertx vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(1)
                                .setWorkerPoolSize(1)
                                .setInternalBlockingPoolSize(1)
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setClassPathResolvingEnabled(false)
                                                .setFileCachingEnabled(false)));
        KubernetesClient client =
                new KubernetesClientBuilder()
                        .editOrNewConfig()
                        // The loop tries again by itself, and looks first.
                        .withRequestRetryBackoffLimit(1)
                        .withRequestTimeout(10_000)
                        .endConfig()
                        .withHttpClientBuilderConsumer(
                                http ->
                                        http.addOrReplaceInterceptor(
                                                ApiCalls.NAME, new ApiCalls(meters)))
                        .build();

        WorkQueue<ClaimKey> queue = new WorkQueue<>();
        Turns turns = new Turns(config.turns(), clock, queue::add);
        Informers informers = new Informers(client, new Complaints(client), new Rooms(client));
        Api api = new Api(client);
        EventRecorder events = new EventRecorder(api, clock);
        Applier applier =
                new Applier(api, informers, new ReportSeal(ReportKey.generate(), clock), events);
        Reconciler reconciler =
                new Reconciler(
                        informers,
                        new Observer(informers, config.settings().namespaces()),
                        new Planner(config.settings()),
                        applier,
                        queue,
                        turns,
                        new LoopMetrics(meters, queue, turns),
                        clock);
        SourceStatuses statuses =
                new SourceStatuses(
                        api,
                        client.getKubernetesSerialization(),
                        informers,
                        new Resolver(config.settings().namespaces()),
                        events,
                        reconciler::leading,
                        clock);
        RunMetrics.register(meters, informers);

        deploy(vertx, new OpsServer(config.host(), config.opsPort(), meters, informers::synced));
        informers.start(reconciler::changed, statuses::changed);
        deploy(
                vertx,
                new ProgressServer(
                        config.host(),
                        config.reportPort(),
                        new ReportJudge(new KnownRuns(informers), clock),
                        new ProgressWriter(api, clock),
                        informers::namespaceOfRun,
                        meters));
        events.start();
        statuses.start();
        vertx.setPeriodic(
                JOIN_INTERVAL.toMillis(),
                _ -> Thread.ofVirtual().name("join").start(informers::joinOptionalKinds));

        Leadership leadership = new Leadership(client, config.namespace(), config.identity());
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    reconciler.stop();
                                    leadership.close();
                                    LOG.info("stopped");
                                },
                                "stop"));
        leadership.run(
                () -> reconciler.lead(config.workers()),
                () -> {
                    reconciler.stop();
                    // At once: a shutdown hook that waits for anything would be a leader's last
                    // write too late.
                    Runtime.getRuntime().halt(1);
                });
        LOG.atInfo()
                .addKeyValue("identity", config.identity())
                .addKeyValue("startMillis", startMillis(clock))
                .log("ready");
    }

    private static void deploy(Vertx vertx, VerticleBase verticle)
            throws InterruptedException, ExecutionException, TimeoutException {
        vertx.deployVerticle(
                        verticle,
                        new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
                .toCompletionStage()
                .toCompletableFuture()
                .get(START_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static long startMillis(Clock clock) {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, clock.instant()).toMillis())
                .orElse(-1L);
    }
}
