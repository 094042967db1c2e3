package dev.cistern.controller;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.cluster.StorageCapacities;
import dev.cistern.controller.cluster.WarningEvents;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.ops.ApiCalls;
import dev.cistern.controller.ops.OpsServer;
import dev.cistern.controller.ops.RunGauges;
import dev.cistern.controller.ops.RunMetrics;
import dev.cistern.controller.ops.RunOutcomes;
import dev.cistern.controller.population.PopulationController;
import dev.cistern.controller.population.apply.Applier;
import dev.cistern.controller.population.apply.ReportSeal;
import dev.cistern.controller.population.filler.Fillers;
import dev.cistern.controller.population.model.Settings;
import dev.cistern.controller.population.observe.Observer;
import dev.cistern.controller.population.plan.Planner;
import dev.cistern.controller.population.progress.CachedRuns;
import dev.cistern.controller.population.progress.ProgressServer;
import dev.cistern.controller.population.progress.ProgressWriter;
import dev.cistern.controller.population.progress.ReportVerifier;
import dev.cistern.controller.probe.ProbeController;
import dev.cistern.controller.probe.plan.ProbeSettings;
import dev.cistern.controller.resolve.Resolver;
import dev.cistern.controller.runtime.Api;
import dev.cistern.controller.runtime.CachedKind;
import dev.cistern.controller.runtime.ControllerLoop;
import dev.cistern.controller.runtime.EventRecorder;
import dev.cistern.controller.runtime.LeaderElection;
import dev.cistern.controller.status.StatusController;
import dev.cistern.environment.Environment;
import dev.cistern.populate.wire.ReportKey;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
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
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The program: watches the cluster, receives reports, and reconciles while it leads.
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    /// Binding a socket.
    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

    /// Interval of looking for optional kinds that were missing at the start.
    private static final Duration OPTIONAL_KINDS_INTERVAL = Duration.ofMinutes(1);

    /// How often the gauges are computed that go over all unfinished runs; at most every scrape sees new values.
    private static final Duration COUNT_INTERVAL = Duration.ofSeconds(10);

    private Main() {}

    /// Exits with 2 when the configuration is invalid, with 1 when it cannot start or has lost the Lease; otherwise
    /// runs until it is stopped.
    public static void main(String[] args) throws InterruptedException {
        try {
            Environment environment = Environment.of(System.getenv(), Config.CHANGED);
            environment.warnings().forEach(LOG::warn);
            run(Config.from(environment.variables(), List.of(args)));
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
                        // The control loop retries by itself, after observing again.
                        .withRequestRetryBackoffLimit(1)
                        .withRequestTimeout(10_000)
                        .endConfig()
                        .withHttpClientBuilderConsumer(
                                http ->
                                        http.addOrReplaceInterceptor(
                                                ApiCalls.NAME, new ApiCalls(meters)))
                        .build();

        Api api = new Api(client, Names.FIELD_MANAGER);
        EventRecorder events = new EventRecorder(api, Names.FIELD_MANAGER, clock);
        ClusterCache cache =
                new ClusterCache(client, new WarningEvents(client), new StorageCapacities(client));

        Fillers fillers = Fillers.of(config.settings());
        PopulationController population =
                new PopulationController(
                        cache,
                        new Observer(
                                cache, fillers, config.settings().namespaces(), config.gates()),
                        new Planner(config.settings(), fillers),
                        new Applier(
                                api,
                                cache.kinds(),
                                new ReportSeal(ReportKey.generate(), clock),
                                events),
                        config.workers(),
                        config.admissionSlots(),
                        clock);
        StatusController statuses =
                new StatusController(
                        api,
                        client.getKubernetesSerialization(),
                        cache,
                        new Resolver(config.settings().namespaces(), config.gates()),
                        events,
                        clock);
        ProbeController probes = new ProbeController(api, cache, probeSettings(config), clock);
        List<ControllerLoop<?>> loops =
                List.of(
                        new ControllerLoop<>(population, meters),
                        new ControllerLoop<>(statuses, meters),
                        new ControllerLoop<>(probes, meters));
        loops.forEach(ControllerLoop::watch);
        RunMetrics.register(meters, cache, population.admission());
        RunGauges gauges = measureRuns(meters, cache, loops.getFirst()::leading, clock);

        deploy(vertx, new OpsServer(config.host(), config.opsPort(), meters, cache::synced));
        cache.start();
        deploy(
                vertx,
                new ProgressServer(
                        config.host(),
                        config.reportPort(),
                        new ReportVerifier(new CachedRuns(cache), clock),
                        new ProgressWriter(api, clock),
                        meters));
        events.start();
        vertx.setPeriodic(
                OPTIONAL_KINDS_INTERVAL.toMillis(),
                _ -> Thread.ofVirtual().name("optional-kinds").start(cache::startOptionalKinds));
        vertx.setPeriodic(
                COUNT_INTERVAL.toMillis(),
                _ -> Thread.ofVirtual().name("count").start(gauges::update));

        lead(new LeaderElection(client, config.namespace(), Names.LEASE, config.identity()), loops);
        LOG.atInfo()
                .addKeyValue("identity", config.identity())
                .addKeyValue("startMillis", startMillis(clock))
                .log("ready");
    }

    private static RunGauges measureRuns(
            MeterRegistry meters, ClusterCache cache, BooleanSupplier leading, Clock clock) {
        Gauge.builder("cistern.leader", () -> leading.getAsBoolean() ? 1 : 0)
                .description("1 on the replica that reconciles, 0 on the others")
                .register(meters);
        CachedKind<VolumePopulation> runs = cache.kinds().runs;
        RunOutcomes outcomes =
                new RunOutcomes(
                        meters,
                        leading,
                        run ->
                                runs.get(
                                                run.getMetadata().getNamespace(),
                                                run.getMetadata().getName())
                                        .filter(now -> sameUid(now, run))
                                        .isPresent());
        runs.onChange(outcomes::changed);
        return new RunGauges(meters, cache::runs, cache.kinds().backends::list, clock);
    }

    private static boolean sameUid(VolumePopulation one, VolumePopulation other) {
        return one.getMetadata().getUid().equals(other.getMetadata().getUid());
    }

    private static ProbeSettings probeSettings(Config config) {
        Settings settings = config.settings();
        return new ProbeSettings(
                settings.namespaces().platform(),
                settings.image(),
                settings.imagePullPolicy(),
                settings.imagePullSecrets(),
                settings.userId(),
                new ResourceRequirementsBuilder()
                        .withRequests(settings.requests())
                        .withLimits(settings.limits())
                        .build(),
                settings.proxy(),
                config.probes().interval(),
                config.probes().retry(),
                config.gates().jobs() ? config.probes().atOnce() : 0);
    }

    private static void lead(LeaderElection election, List<ControllerLoop<?>> loops) {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    loops.forEach(ControllerLoop::stop);
                                    election.close();
                                    LOG.info("stopped");
                                },
                                "stop"));
        election.run(
                () -> loops.forEach(ControllerLoop::lead),
                () -> {
                    loops.forEach(ControllerLoop::stop);
                    // Immediately: a shutdown hook that waits could allow another write after the
                    // Lease is lost.
                    Runtime.getRuntime().halt(1);
                });
    }

    private static void deploy(Vertx vertx, VerticleBase verticle)
            throws InterruptedException, ExecutionException, TimeoutException {
        vertx.deployVerticle(
                        verticle,
                        new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
                .toCompletionStage()
                .toCompletableFuture()
                .get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static long startMillis(Clock clock) {
        return ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, clock.instant()).toMillis())
                .orElse(-1L);
    }
}
