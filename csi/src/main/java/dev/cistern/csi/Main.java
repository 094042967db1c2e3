package dev.cistern.csi;

import dev.cistern.csi.http.StatusServer;
import dev.cistern.csi.mount.BindMounter;
import dev.cistern.csi.mount.Mounter;
import dev.cistern.csi.pool.LocalPool;
import dev.cistern.csi.pool.PoolOpener;
import dev.cistern.csi.rpc.ControllerService;
import dev.cistern.csi.rpc.CsiServer;
import dev.cistern.csi.rpc.Driver;
import dev.cistern.csi.rpc.IdentityService;
import dev.cistern.csi.rpc.NodeService;
import dev.cistern.csi.rpc.RegistrationService;
import dev.cistern.csi.volume.VolumeLocks;
import dev.cistern.environment.Environment;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The program: opens the node's pool, serves CSI, and only then registers with kubelet.
public final class Main {

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    /// Binding three sockets.
    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

    /// Kubelet's grace period is 30 s.
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private Main() {}

    /// Exits with 2 when the configuration is invalid, with 1 when the pool or a socket cannot be opened; otherwise
    /// runs until it is stopped.
    public static void main(String[] args) throws InterruptedException {
        try {
            Environment environment = Environment.of(System.getenv(), Config.CHANGED);
            environment.warnings().forEach(LOG::warn);
            run(Config.from(environment.variables()));
        } catch (Config.InvalidConfig e) {
            LOG.atError().addKeyValue("problems", e.getMessage()).log("the configuration is wrong");
            System.exit(2);
        } catch (IOException | TimeoutException e) {
            LOG.atError().setCause(e).log("cannot start");
            System.exit(1);
        }
    }

    private static void run(Config config)
            throws IOException, InterruptedException, TimeoutException {
        InstantSource clock = InstantSource.system();
        PoolOpener.Opened opened = PoolOpener.open(config.pool(), clock);
        LocalPool pool = opened.pool();
        Driver driver = new Driver(config.node(), version());
        Mounter mounter = new BindMounter();
        VolumeLocks locks = new VolumeLocks();
        Janitor janitor = new Janitor(pool::tidy);
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        // One event loop: it only moves bytes, and each loop has its own buffers.
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

        CsiServer csi = new CsiServer(vertx, meters);
        StatusServer status = new StatusServer(vertx, pool, meters, clock);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(csi, opened), "stop"));

        janitor.start();
        await(
                csi.serveCsi(
                        config.csiSocket(),
                        config.socketGroup(),
                        new IdentityService(driver, pool),
                        new ControllerService(driver, pool, mounter, locks, janitor::wake),
                        new NodeService(driver, pool, mounter, locks)),
                START_TIMEOUT);
        int port = await(status.listen(config.httpHost(), config.httpPort()), START_TIMEOUT);
        if (config.registrationSocket().isPresent()) {
            await(
                    csi.serveRegistration(
                            config.registrationSocket().get(),
                            new RegistrationService(config.csiSocket())),
                    START_TIMEOUT);
        }
        LOG.atInfo()
                .addKeyValue("driver", Driver.NAME)
                .addKeyValue("version", driver.version())
                .addKeyValue("node", driver.node())
                .addKeyValue("httpPort", port)
                .addKeyValue(
                        "startMillis",
                        ProcessHandle.current()
                                .info()
                                .startInstant()
                                .map(s -> Duration.between(s, clock.instant()).toMillis())
                                .orElse(-1L))
                .log("ready");
    }

    /// Pods continue to use their volumes; nothing is unmounted.
    private static void stop(CsiServer csi, PoolOpener.Opened opened) {
        try {
            await(csi.close(), STOP_TIMEOUT);
            opened.close();
            LOG.info("stopped");
        } catch (IOException | TimeoutException e) {
            LOG.atWarn().setCause(e).log("stopped before all calls were answered");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T await(Future<T> future, Duration timeout)
            throws IOException, InterruptedException, TimeoutException {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    private static String version() {
        return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("0.1.0");
    }
}
