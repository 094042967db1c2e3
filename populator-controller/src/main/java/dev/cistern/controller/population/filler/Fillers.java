package dev.cistern.controller.population.filler;

import dev.cistern.controller.model.RunSnapshot;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.Settings;
import java.util.Optional;

/// The fillers of an installation.
///
/// @param job fills by populate Jobs
public record Fillers(JobFiller job) {
    /// The fillers with an installation's settings.
    public static Fillers of(Settings settings) {
        return new Fillers(new JobFiller(settings));
    }

    /// The filler of a run.
    public Filler of(RunSnapshot snapshot) {
        return switch (snapshot.spec().getMode()) {
            case GENERIC -> job;
            // Rejected when a snapshot is taken, so no record of this release has it. If one has it
            // anyway, Jobs are
            // what this release can find and remove.
            case DATAFLOW -> job;
        };
    }

    /// The filler of a run, or of a run whose record is gone: only Jobs outlive it.
    public Filler of(Optional<Run> run) {
        return run.map(Run::snapshot).map(this::of).orElse(job);
    }
}
