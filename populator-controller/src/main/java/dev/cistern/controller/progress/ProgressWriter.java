package dev.cistern.controller.progress;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationStatus;
import dev.cistern.controller.apply.Api;
import dev.cistern.controller.model.Names;
import dev.cistern.populate.wire.ProgressReport;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes reports into `VolumePopulation.status.progress`, by server-side apply under a field manager of its own, so that it and
/// the reconcile never overwrite one another.
public final class ProgressWriter {
    /// A run is written at most this often, whatever its Job sends. A little below the second that Jobs are asked to wait,
    /// or every other report would come just too early.
    private static final Duration LEAST = Duration.ofMillis(800);

    /// Runs whose last write is remembered.
    private static final int MAX_REMEMBERED = 10_000;

    private final Api api;
    private final Clock clock;
    private final Map<String, Last> last =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Last> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    private record Last(int attempt, long sequence, long atNanos) {}

    /// A writer through an API.
    public ProgressWriter(Api api, Clock clock) {
        this.api = api;
        this.clock = clock;
    }

    /// Whether a report is news and not too early. Says yes once for each.
    public synchronized boolean admits(String uid, ProgressReport report, long nowNanos) {
        Last before = last.get(uid);
        boolean news =
                before == null
                        || report.attempt() > before.attempt
                        || (report.attempt() == before.attempt
                                && report.sequence() > before.sequence);
        boolean early = before != null && nowNanos - before.atNanos < LEAST.toNanos();
        if (news && !early) {
            last.put(uid, new Last(report.attempt(), report.sequence(), nowNanos));
        }
        return news && !early;
    }

    /// Writes a report that was let in.
    ///
    /// @throws io.fabric8.kubernetes.client.KubernetesClientException when it cannot be written; the next report makes it up
    public void write(String namespace, String uid, ProgressReport report) {
        VolumePopulation run = new VolumePopulation();
        run.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(Names.run(uid)).build());
        VolumePopulationStatus status = new VolumePopulationStatus();
        status.setProgress(Display.of(report, clock.instant()));
        run.setStatus(status);
        api.patch(
                "/apis/cistern.dev/v1alpha1/namespaces/"
                        + namespace
                        + "/volumepopulations/"
                        + Names.run(uid)
                        + "/status",
                Api.Patch.APPLY,
                Names.PROGRESS_MANAGER,
                run,
                VolumePopulation.class);
    }
}
