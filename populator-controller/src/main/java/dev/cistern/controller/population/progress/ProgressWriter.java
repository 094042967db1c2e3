package dev.cistern.controller.population.progress;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.population.apply.Paths;
import dev.cistern.controller.runtime.Api;
import dev.cistern.populate.wire.ProgressReport;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/// Writes reports into `VolumePopulation.status.progress` under a field manager of its own; the reconcile owns the rest
/// of the status, so neither overwrites the other.
///
/// The patch first tests the UID, which a server-side apply to a status cannot: there the API server ignores it. So a
/// report never gets into a record that was deleted and recreated since it was verified.
public final class ProgressWriter implements ProgressServer.Sink {
    private final Api api;
    private final Clock clock;

    /// A writer through an API.
    public ProgressWriter(Api api, Clock clock) {
        this.api = api;
        this.clock = clock;
    }

    @Override
    public void write(ReportedRun run, String uid, ProgressReport report) {
        api.patch(
                Paths.runStatus(run.namespace(), uid),
                Api.Patch.OPERATIONS,
                Names.PROGRESS_MANAGER,
                List.of(
                        Map.of("op", "test", "path", "/metadata/uid", "value", run.uid()),
                        Map.of(
                                "op", "add",
                                "path", "/status/progress",
                                "value", Display.of(report, clock.instant()))),
                VolumePopulation.class);
    }
}
