package dev.cistern.controller.probe;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.controller.cluster.ClusterCache;
import dev.cistern.controller.probe.plan.ProbePlan;
import dev.cistern.controller.probe.plan.ProbePlan.Action;
import dev.cistern.controller.probe.plan.ProbePlanner;
import dev.cistern.controller.probe.plan.ProbeSettings;
import dev.cistern.controller.probe.plan.ProbeView;
import dev.cistern.controller.runtime.Api;
import dev.cistern.controller.runtime.Controller;
import dev.cistern.controller.runtime.Result;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Probes StorageBackends: observes, plans and applies, one backend at a time, so that no more than so many probes run.
public final class ProbeController implements Controller<String> {
    private static final Logger LOG = LoggerFactory.getLogger(ProbeController.class);

    private final ClusterCache cache;
    private final ProbeObserver observer;
    private final ProbePlanner planner;
    private final ProbeApplier applier;
    private final ProbesUnderWay underWay;
    private final Clock clock;

    /// A controller that is not started.
    public ProbeController(Api api, ClusterCache cache, ProbeSettings settings, Clock clock) {
        this.cache = cache;
        this.observer = new ProbeObserver(cache, cache, settings.namespace());
        this.planner = new ProbePlanner(settings);
        this.applier = new ProbeApplier(api, cache.kinds());
        this.underWay = new ProbesUnderWay(System::nanoTime);
        this.clock = clock;
    }

    @Override
    public String name() {
        return "probe";
    }

    /// One: the number of probes is counted before another is made.
    @Override
    public int workers() {
        return 1;
    }

    @Override
    public String display(String key) {
        return "StorageBackend " + key;
    }

    @Override
    public void watch(Consumer<? super String> enqueue) {
        new ProbeTriggers(cache.kinds(), enqueue).subscribe();
    }

    @Override
    public Collection<String> keys() {
        return ProbeTriggers.all(cache.kinds());
    }

    @Override
    public Result reconcile(String key, BooleanSupplier leading) {
        Optional<StorageBackend> backend = cache.backend(key);
        if (backend.isEmpty()) {
            return new Result.Done();
        }
        String uid = backend.get().getMetadata().getUid();
        ProbeView seen =
                observer.observe(
                        backend.get(),
                        clock.instant(),
                        underWay.besides(uid, cache.allProbeJobs()));
        ProbePlan plan = planner.plan(seen);
        for (Action action : plan.actions()) {
            if (!leading.getAsBoolean()) {
                return new Result.Done();
            }
            apply(seen, action);
        }
        return Result.of(plan.requeueAfter());
    }

    private void apply(ProbeView seen, Action action) {
        switch (action) {
            case Action.CreateJob(Job job) -> create(seen, job);
            case Action.DeleteJob(String namespace, String name, String uid) ->
                    applier.delete(namespace, name, uid);
            case Action.Write(var record) -> applier.write(seen, record);
        }
    }

    private void create(ProbeView seen, Job job) {
        try {
            applier.create(job);
            underWay.made(seen.uid(), job.getMetadata().getName());
        } catch (KubernetesClientException e) {
            if (e.getCode() < HttpURLConnection.HTTP_BAD_REQUEST
                    || e.getCode() >= HttpURLConnection.HTTP_INTERNAL_ERROR) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("backend", seen.name())
                    .setCause(e)
                    .log("the probe's Job was refused");
            applier.write(seen, planner.refused(seen, String.valueOf(e.getMessage())));
        }
    }
}
