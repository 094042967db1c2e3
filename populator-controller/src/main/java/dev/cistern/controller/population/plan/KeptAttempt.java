package dev.cistern.controller.population.plan;

import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// The last failed attempt, kept for people to look at (`generic.keepFailedPodSeconds`). Its pod has ended and holds nothing up; the next
/// attempt is started beside it. It goes when another one fails, when the time is over, and with the run.
final class KeptAttempt {
    private KeptAttempt() {}

    /// For how long attempts of the run are kept; zero means not at all.
    static Duration time(Observed seen) {
        Generic generic = seen.run().map(run -> run.snapshot().spec().getGeneric()).orElse(null);
        return generic == null || generic.getKeepFailedPodSeconds() == null
                ? Duration.ZERO
                : Duration.ofSeconds(generic.getKeepFailedPodSeconds());
    }

    /// The one that is kept now; empty when there is none, or its time is over.
    static Optional<Attempt> of(Observed seen) {
        if (until(seen).filter(seen.now()::isBefore).isEmpty()) {
            return Optional.empty();
        }
        int number = lastFailure(seen).map(RunStatus.LastFailure::attempt).orElse(0);
        return seen.attempts().stream()
                .filter(a -> a.number() == number && !a.deleting())
                .filter(a -> a.state() instanceof Attempt.State.Failed)
                .findFirst();
    }

    /// When the time of the last failed attempt is over.
    static Optional<Instant> until(Observed seen) {
        Duration time = time(seen);
        return time.isZero()
                ? Optional.empty()
                : lastFailure(seen)
                        .flatMap(last -> Optional.ofNullable(last.at()))
                        .map(at -> at.plus(time));
    }

    private static Optional<RunStatus.LastFailure> lastFailure(Observed seen) {
        return seen.run().flatMap(Run::status).flatMap(RunStatus::lastFailure);
    }

    /// What people are told of the attempt that has just failed; empty when it is not kept.
    static String notice(Observed seen, int number) {
        Duration time = time(seen);
        return time.isZero()
                ? ""
                : seen.attempts().stream()
                        .filter(a -> a.number() == number)
                        .findFirst()
                        .map(
                                a ->
                                        "; its pod is kept until "
                                                + seen.now()
                                                        .plus(time)
                                                        .truncatedTo(ChronoUnit.SECONDS)
                                                + ": kubectl logs -n "
                                                + a.namespace()
                                                + " job/"
                                                + a.name())
                        .orElse("");
    }
}
