package dev.cistern.controller.plan;

import dev.cistern.controller.model.ClaimPhase;
import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.Phase;

/// Decides what to do next for one PVC.
///
/// The order of the questions is the protocol: a PVC on its way out comes first and depends on nothing that may be
/// missing; then what is bound, what has failed, what is changing hands; then the run itself. The state is read from
/// the objects of the cluster each time, never remembered, so that a controller that dies between any two writes
/// is followed by one that goes on.
public final class Planner {
    private final Beginning beginning;
    private final Copying copying;

    /// A planner for an installation.
    public Planner(Settings settings) {
        Provisioning provisioning = new Provisioning(new PrimeManifest());
        this.beginning = new Beginning(settings, provisioning);
        this.copying =
                new Copying(
                        provisioning,
                        new Attempting(
                                new JobManifest(settings),
                                new Failing(settings),
                                new ReportWatch(settings.reportUrl())));
    }

    /// What to do next.
    public Plan plan(Observed seen) {
        Draft draft = new Draft(seen);
        if (seen.claim().deleting()) {
            Ending.deleted(draft);
        } else if (seen.claim().phase() == ClaimPhase.BOUND) {
            Ending.bound(draft);
        } else if (seen.claim().phase() == ClaimPhase.LOST
                || seen.run().filter(run -> run.phase() == Phase.SUCCEEDED).isPresent()) {
            Ending.lost(draft);
        } else if (seen.run().filter(run -> run.phase() == Phase.FAILED).isPresent()) {
            Ending.failed(draft);
        } else if (seen.givenVolume().isPresent()) {
            Ending.binding(draft);
        } else if (seen.run().isEmpty()) {
            beginning.plan(draft);
        } else {
            copying.plan(draft);
        }
        return draft.done();
    }
}
