package dev.cistern.controller.population.model;

import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.WireException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the result that an attempt leaves: its termination message, or the copy of it in its last report.
public final class AttemptResult {
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private AttemptResult() {}

    /// The result; empty when there is no text or it is not a result, such as log lines due to `FallbackToLogsOnError`.
    public static Optional<RunResult> read(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            // The API would reject a status with an invalid digest.
            return Optional.of(RunResult.fromJson(text))
                    .filter(
                            result ->
                                    result.manifestDigest() == null
                                            || DIGEST.matcher(result.manifestDigest()).matches());
        } catch (WireException e) {
            return Optional.empty();
        }
    }
}
