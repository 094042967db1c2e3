package dev.cistern.controller.population.plan;

import dev.cistern.controller.model.ClaimPhase;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.population.filler.Fillers;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Settings;

/// Decides what to do next for one PVC.
///
/// The order of the branches is part of the protocol: deletion first, which depends on nothing that may be missing;
/// then bound, failed and handed-over PVCs; then the run itself. The state is read from the cluster's objects each
/// time, so that after a crash between any two writes the next leader continues.
public final class Planner {
    private final Fillers fillers;
    private final StartPlanner start;
    private final RunPlanner running;

    /// A planner for an installation.
    public Planner(Settings settings, Fillers fillers) {
        this.fillers = fillers;
        VolumePlanner volumes = new VolumePlanner(new PrimeManifest());
        this.start = new StartPlanner(settings, volumes);
        this.running = new RunPlanner(volumes);
    }

    /// Plans the next step.
    public Plan plan(Observed seen) {
        PlanBuilder plan = new PlanBuilder(seen, fillers);
        if (seen.claim().deleting()) {
            EndPlanner.deleted(plan);
        } else if (seen.claim().phase() == ClaimPhase.BOUND) {
            EndPlanner.bound(plan);
        } else if (seen.claim().phase() == ClaimPhase.LOST
                || seen.run().filter(run -> run.phase() == RunPhase.SUCCEEDED).isPresent()) {
            EndPlanner.lost(plan);
        } else if (seen.run().filter(run -> run.phase() == RunPhase.FAILED).isPresent()) {
            EndPlanner.failed(plan);
        } else if (seen.givenVolume().isPresent()) {
            EndPlanner.binding(plan);
        } else if (seen.run().isEmpty()) {
            start.plan(plan);
        } else {
            running.plan(plan);
        }
        return plan.build();
    }
}
