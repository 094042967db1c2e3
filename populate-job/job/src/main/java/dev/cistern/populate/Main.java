package dev.cistern.populate;

import dev.cistern.populate.cli.FillCommand;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.job.PopulateJob;
import dev.cistern.populate.target.FileNames;
import java.util.Arrays;

/// Chooses the program: `job`, `fill`, `train`, `version`.
public final class Main {
    private static final String HELP =
            """
            cistern fills a directory from an object store.

              cistern fill s3://BUCKET/PREFIX DIR [options]   fill DIR; `cistern fill --help` lists the options
              cistern job                                     the populate Job: reads CISTERN_RUN
              cistern train                                   a small fill against a server of its own, for the AOT cache
              cistern version                                 which release this is
            """;

    private Main() {}

    /// Ends the process with the program's exit code; 2 for a wrong command line.
    public static void main(String[] arguments) {
        FileNames.startAgainUnlessUtf8();
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        String command = arguments.length == 0 ? "help" : arguments[0];
        String[] rest =
                arguments.length == 0
                        ? arguments
                        : Arrays.copyOfRange(arguments, 1, arguments.length);
        return switch (command) {
            case "job" -> new PopulateJob(System.getenv(), System.err, FaultPoints.NONE).run();
            case "fill" -> new FillCommand(System.getenv(), System.out, System.err).run(rest);
            case "train" -> Training.run(System.err, rest);
            case "version", "--version" -> {
                System.out.println("cistern " + Version.number());
                yield 0;
            }
            case "help", "--help", "-h" -> {
                System.out.print(HELP);
                yield 0;
            }
            default -> {
                System.err.println("cistern: there is no command " + command + "\n");
                System.err.print(HELP);
                yield 2;
            }
        };
    }
}
