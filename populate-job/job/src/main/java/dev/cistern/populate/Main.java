package dev.cistern.populate;

import dev.cistern.populate.cli.CisternCommand;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.job.PopulateJob;
import dev.cistern.populate.job.ProbeJob;
import dev.cistern.populate.target.FileNames;
import java.util.Arrays;

/// Starts the program: the populate Job, a probe, the training run, or the command.
public final class Main {
    private Main() {}

    /// Exits with the program's exit code.
    public static void main(String[] arguments) {
        FileNames.startAgainUnlessUtf8();
        System.exit(run(arguments));
    }

    /// A Job starts without the classes of the command, and of its command-line library.
    private static int run(String[] arguments) {
        return switch (arguments.length == 0 ? "" : arguments[0]) {
            case "job" -> new PopulateJob(System.getenv(), System.err, FaultPoints.NONE).run();
            case "probe" -> new ProbeJob(System.getenv(), System.err).run();
            case "train" ->
                    Training.run(System.err, Arrays.copyOfRange(arguments, 1, arguments.length));
            default -> new CisternCommand(System.getenv(), System.out, System.err).run(arguments);
        };
    }
}
