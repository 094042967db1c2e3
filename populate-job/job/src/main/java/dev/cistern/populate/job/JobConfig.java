package dev.cistern.populate.job;

import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.WireException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Configuration of a Job, from its environment.
///
/// @param spec the run
/// @param token for reports; empty without reports
/// @param terminationMessage file that the result is written to
/// @param environment all variables, for the sources' credentials
record JobConfig(
        RunSpec spec, String token, Path terminationMessage, Map<String, String> environment) {
    private static final String TERMINATION_MESSAGE_NAME = "CISTERN_TERMINATION_MESSAGE";

    /// The environment is invalid; the message names every invalid variable.
    static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidException(List<String> problems) {
            super(String.join("; ", problems));
        }
    }

    /// The file for the result, known even if the rest is invalid.
    static Path terminationMessage(Map<String, String> environment) {
        return Path.of(environment.getOrDefault(TERMINATION_MESSAGE_NAME, "/dev/termination-log"));
    }

    static JobConfig of(Map<String, String> environment) throws InvalidException {
        List<String> problems = new ArrayList<>();
        String text = environment.get(RunSpec.ENVIRONMENT_NAME);
        RunSpec spec = null;
        if (text == null || text.isBlank()) {
            problems.add(RunSpec.ENVIRONMENT_NAME + " is not set");
        } else {
            try {
                spec = RunSpec.fromJson(text);
            } catch (WireException e) {
                problems.add(RunSpec.ENVIRONMENT_NAME + ": " + e.getMessage());
            }
        }
        String token = environment.getOrDefault(RunSpec.TOKEN_ENVIRONMENT_NAME, "");
        if (spec != null && spec.report() != null && token.isBlank()) {
            problems.add(
                    RunSpec.TOKEN_ENVIRONMENT_NAME
                            + " is not set, and "
                            + RunSpec.ENVIRONMENT_NAME
                            + ".report is");
        }
        if (spec == null || !problems.isEmpty()) {
            throw new InvalidException(problems);
        }
        return new JobConfig(spec, token.strip(), terminationMessage(environment), environment);
    }

    @Override
    public String toString() {
        return "JobConfig[run=" + spec.run() + ", sources=" + spec.sources().size() + "]";
    }
}
