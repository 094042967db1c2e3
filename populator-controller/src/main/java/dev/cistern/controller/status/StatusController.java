package dev.cistern.controller.status;

import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.model.Subject;
import dev.cistern.controller.resolve.Resolver;
import dev.cistern.controller.runtime.Api;
import dev.cistern.controller.runtime.Controller;
import dev.cistern.controller.runtime.EventRecorder;
import dev.cistern.controller.runtime.RateLimiter;
import dev.cistern.controller.runtime.Result;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the statuses of everything but runs up to date, with a delay of a second when few runs are in progress, see
/// [StatusInterval].
///
/// All changes to the PVCs of a populator within that time are one write, or none if the status stays the same.
public final class StatusController implements Controller<Subject> {
    private static final Logger LOG = LoggerFactory.getLogger(StatusController.class);

    /// Most changes come in groups: a claim, its run, its phases.
    private static final Duration COALESCE = Duration.ofSeconds(1);

    /// With more objects at once statuses are delayed instead of overloading the API server.
    private static final int MAX_WRITES_PER_SECOND = 20;

    private final ClusterCache cache;
    private final StatusObserver observer;
    private final StatusApplier applier;
    private final Clock clock;
    private final StatusInterval interval = new StatusInterval();
    private final RateLimiter writes = new RateLimiter(MAX_WRITES_PER_SECOND, System::nanoTime);

    /// A controller that is not started.
    public StatusController(
            Api api,
            KubernetesSerialization json,
            ClusterCache cache,
            Resolver resolver,
            EventRecorder events,
            Clock clock) {
        this.cache = cache;
        this.observer = new StatusObserver(cache, cache, resolver);
        this.applier = new StatusApplier(api, json, cache.kinds(), events);
        this.clock = clock;
    }

    @Override
    public String name() {
        return "status";
    }

    /// One: the writes are rate-limited as a whole, and the interval is not thread-safe.
    @Override
    public int workers() {
        return 1;
    }

    @Override
    public String display(Subject key) {
        return key.display();
    }

    @Override
    public void watch(Consumer<? super Subject> enqueue) {
        new StatusTriggers(cache.kinds(), enqueue).subscribe();
    }

    @Override
    public Collection<Subject> keys() {
        return StatusTriggers.all(cache.kinds());
    }

    @Override
    public Duration coalesce() {
        return COALESCE;
    }

    @Override
    public Result reconcile(Subject subject, BooleanSupplier leading) {
        Duration remaining =
                interval.remaining(subject, cache.runsUnderWay(subject), System.nanoTime());
        if (!remaining.isZero()) {
            return new Result.RequeueAfter(remaining);
        }
        interval.done(subject, System.nanoTime());
        Optional<? extends HasMetadata> object = cache.object(subject);
        if (object.isEmpty()) {
            return new Result.Done();
        }
        StatusView seen = observer.observe(subject, object.get());
        StatusPlan plan = StatusPlanner.plan(seen, clock.instant());
        return applier.upToDate(object.get(), plan)
                ? new Result.Done()
                : write(seen, plan, leading);
    }

    private Result write(StatusView seen, StatusPlan plan, BooleanSupplier leading) {
        Subject subject = seen.about().subject();
        try {
            writes.acquire();
            if (leading.getAsBoolean()) {
                applier.apply(seen, plan);
            }
            return new Result.Done();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result.Done();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
                return new Result.Done();
            }
            LOG.atWarn()
                    .addKeyValue("object", subject.display())
                    .setCause(e)
                    .log("status not written; trying again");
            return new Result.RequeueAfter(interval.refused(subject, System.nanoTime()));
        }
    }
}
