package dev.cistern.controller.model;

import java.util.Optional;

/// What a run's Job reported last.
///
/// @param attempt which Job
/// @param connecting whether the store has not answered yet
/// @param bytesDone how much is on the volume
/// @param trouble why nothing comes from the store now, if nothing does
public record LastReport(
        int attempt, boolean connecting, long bytesDone, Optional<String> trouble) {}
