package dev.cistern.controller.population.model;

import dev.cistern.populate.wire.RunResult;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a run's Job reported last.
///
/// @param attempt which Job
/// @param at when it came; null when the record does not say
/// @param connecting whether the store has not answered yet
/// @param bytesDone how much is on the volume
/// @param trouble why nothing comes from the store now, if nothing does
/// @param result how the attempt ended, once it has said so
public record LastReport(
        int attempt,
        @Nullable Instant at,
        boolean connecting,
        long bytesDone,
        Optional<String> trouble,
        Optional<RunResult> result) {}
