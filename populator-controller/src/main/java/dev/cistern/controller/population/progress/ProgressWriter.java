package dev.cistern.controller.population.progress;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.population.apply.Paths;
import dev.cistern.controller.runtime.Api;
import dev.cistern.populate.wire.ProgressReport;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Clock;

/// Writes reports into `VolumePopulation.status.progress`, by server-side apply under a field manager of its own, so
/// that it and the reconcile never overwrite one another.
public final class ProgressWriter implements ProgressServer.Sink {
    private final Api api;
    private final Clock clock;

    /// A writer through an API.
    public ProgressWriter(Api api, Clock clock) {
        this.api = api;
        this.clock = clock;
    }

    @Override
    public void write(String namespace, String uid, ProgressReport report) {
        VolumePopulation run = new VolumePopulation();
        run.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(Names.run(uid)).build());
        VolumePopulationStatus status = new VolumePopulationStatus();
        status.setProgress(Display.of(report, clock.instant()));
        run.setStatus(status);
        api.patch(
                Paths.runStatus(namespace, uid),
                Api.Patch.APPLY,
                Names.PROGRESS_MANAGER,
                run,
                VolumePopulation.class);
    }
}
