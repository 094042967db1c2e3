package dev.cistern.controller.population.model;

import dev.cistern.populate.wire.RunResult;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The last report of a run's Job.
///
/// @param attempt which Job
/// @param at time of arrival; null when the record does not contain it
/// @param connecting whether the store has not responded yet
/// @param bytesDone bytes on the volume
/// @param trouble why the store sends nothing at the moment; null when it does
/// @param revisions what the attempt reads of sources whose names may come to stand for something else
/// @param result how the attempt ended, once reported
public record LastReport(
        int attempt,
        @Nullable Instant at,
        boolean connecting,
        long bytesDone,
        Optional<String> trouble,
        Map<Integer, String> revisions,
        Optional<RunResult> result) {
    public LastReport {
        revisions = Map.copyOf(revisions);
    }
}
