package dev.cistern.controller.population.filler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.Messages;
import dev.cistern.controller.population.model.Attempt;
import dev.cistern.populate.wire.Fault;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import java.io.IOException;
import java.util.List;

/// The failure of a container that ended without a termination message.
final class JobExitCodes {
    private static final int KILLED = 128 + 9;
    private static final int ASKED_TO_STOP = 128 + 15;
    private static final int CRASHED = 128 + 6;
    private static final int BAD_ADDRESS = 128 + 11;

    /// Number of last log lines to quote.
    private static final int LINES = 3;

    private static final ObjectMapper JSON = new ObjectMapper();

    private JobExitCodes() {}

    static Attempt.Failure failure(ContainerStateTerminated terminated) {
        int code = terminated.getExitCode() == null ? -1 : terminated.getExitCode();
        if ("OOMKilled".equals(terminated.getReason())) {
            return new Attempt.Failure(
                    Fault.RUN,
                    EventReason.OUT_OF_MEMORY,
                    "the populate container used more memory than its limit and was killed");
        }
        if ("ContainerStatusUnknown".equals(terminated.getReason())
                || "Unknown".equals(terminated.getReason())) {
            return new Attempt.Failure(
                    Fault.CLUSTER,
                    EventReason.DISRUPTED,
                    "the populate container was lost: its node, or the container runtime there,"
                            + " was restarted");
        }
        if (code == ASKED_TO_STOP) {
            return new Attempt.Failure(
                    Fault.CLUSTER,
                    EventReason.DISRUPTED,
                    "the populate container was asked to stop from outside (SIGTERM)");
        }
        String lines = sentences(terminated.getMessage() == null ? "" : terminated.getMessage());
        return new Attempt.Failure(
                Fault.RUN,
                EventReason.JOB_FAILED,
                meaning(code, terminated.getReason() == null ? "" : terminated.getReason())
                        + (lines.isEmpty() ? "" : "; its last lines: " + lines));
    }

    private static String meaning(int code, String reason) {
        String how =
                "the populate container ended with exit code "
                        + code
                        + (reason.isEmpty() || reason.equals("Error") ? "" : " (" + reason + ")");
        return how
                + switch (code) {
                    case 0 ->
                            ", but without a result; is the image of populate Jobs"
                                    + " (CISTERN_POPULATE_IMAGE) the right one?";
                    case KILLED ->
                            ": killed from outside (SIGKILL), by its node because memory ran short"
                                    + " there, or by a person";
                    case CRASHED, BAD_ADDRESS -> ": it crashed";
                    default -> "";
                };
    }

    /// Formats log lines: of a JSON line its message and key-values.
    static String sentences(String log) {
        List<String> lines = log.strip().lines().filter(line -> !line.isBlank()).toList();
        List<String> last =
                lines.subList(Math.max(0, lines.size() - LINES), lines.size()).stream()
                        .map(JobExitCodes::sentence)
                        .toList();
        return Messages.lastOf(String.join(" | ", last));
    }

    private static String sentence(String line) {
        try {
            JsonNode tree = JSON.readTree(line);
            if (tree == null || !tree.path("message").isTextual()) {
                return line.strip();
            }
            StringBuilder text = new StringBuilder(tree.get("message").asText());
            for (String about : List.of("error", "exception")) {
                if (tree.path(about).isTextual()) {
                    text.append(": ")
                            .append(tree.get(about).asText().lines().findFirst().orElse(""));
                }
            }
            return text.toString();
        } catch (IOException e) {
            // Not JSON: output of the JVM, or a line cut off at its beginning.
            return line.strip();
        }
    }
}
