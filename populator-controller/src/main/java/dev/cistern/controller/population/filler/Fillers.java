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

    /// The one that fills a run's volume.
    public Filler of(RunSnapshot snapshot) {
        return switch (snapshot.spec().getMode()) {
            case GENERIC -> job;
            // Refused when a snapshot is taken, so no record of this release has it. Of one that
            // has it all the
            // same, Jobs are what this release can look for and remove.
            case DATAFLOW -> job;
        };
    }

    /// The one of a run, or of what is left of a run whose record is gone: only Jobs outlive it.
    public Filler of(Optional<Run> run) {
        return run.map(Run::snapshot).map(this::of).orElse(job);
    }
}
