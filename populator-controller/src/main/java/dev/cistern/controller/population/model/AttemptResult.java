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

    /// The result; empty when there is no text, or it is something else, as log lines by `FallbackToLogsOnError` are.
    public static Optional<RunResult> read(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return Optional.empty();
        }
        try {
            // With a digest that the API does not accept the run could never be written.
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
