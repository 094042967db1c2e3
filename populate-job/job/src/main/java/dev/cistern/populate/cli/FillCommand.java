package dev.cistern.populate.cli;

import dev.cistern.populate.Attempt;
import dev.cistern.populate.Memory;
import dev.cistern.populate.Stores;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.FillRequest;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.engine.Progress;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `cistern fill`: copies one source into one directory.
public final class FillCommand implements Subcommand {
    private static final String STOPPED = "stopped; run it again to continue";

    private static final String COMPARE_LENGTHS = "--no-verify compares lengths alone";

    /// The process's standard error; missing where there is no Linux.
    static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    /// @param out receives the result
    /// @param err receives progress and errors
    public FillCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    /// Runs `cistern fill` with these arguments; returns the exit code.
    public int run(String... arguments) {
        return new CisternCommand(environment, out, err).run(this, arguments);
    }

    @Override
    public String name() {
        return "fill";
    }

    @Override
    public String summary() {
        return "copy a source into a directory";
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec = CommandSpec.create();
        FillHelp.addTo(spec);
        FillOptions.addTo(spec);
        return spec;
    }

    @Override
    public String operands() {
        return "a source and a directory: cistern fill "
                + Stores.commandLines().getFirst().form()
                + " DIR";
    }

    @Override
    public int run(ParseResult given) throws UsageException {
        FillOptions options = FillOptions.of(given, environment);
        return Stoppable.run(
                () -> {
                    RunResult result = fill(options);
                    show(options, result);
                    return result.exitCode();
                });
    }

    private RunResult fill(FillOptions options) {
        Attempt attempt = new Attempt();
        try {
            return attempt.succeeded(fill(options, attempt.meter()));
        } catch (FillException e) {
            // A file that is being worked on is closed by an interruption, and looks like one that
            // failed.
            return Thread.interrupted() && !e.reason().terminal()
                    ? attempt.failed(Reason.INTERRUPTED, STOPPED)
                    : attempt.failed(e.reason(), e.message(COMPARE_LENGTHS));
        } catch (InterruptedException e) {
            return attempt.failed(Reason.INTERRUPTED, STOPPED);
        }
    }

    private Fill.Result fill(FillOptions options, Meter meter)
            throws FillException, InterruptedException {
        // Before the first path is made of an argument.
        Fill.requireUtf8Names();
        if (options.transport() != null) {
            err.println(
                    "cistern: --transport has no effect any more: remove it; the next release"
                            + " refuses it");
        }
        Path directory = Path.of(options.directory());
        make(directory);
        Map<String, String> settings = new HashMap<>(environment);
        MemoryBudget budget = MemoryBudget.of(Memory.limit(options.memoryBytes()));
        try (Source source =
                        new Stores(settings, budget, Proxies.of(environment))
                                .open(0, options.store());
                ProgressDisplay display =
                        new ProgressDisplay(
                                new Progress(meter, 1),
                                err,
                                TerminalCheck.redraws(STANDARD_ERROR, environment))) {
            if (!options.quiet()) {
                display.start();
            }
            FillRequest request =
                    new FillRequest(
                            new DirectoryTarget(directory),
                            List.of(
                                    new FillRequest.Input(
                                            source,
                                            "",
                                            options.include(),
                                            options.exclude(),
                                            options.store().pin(),
                                            options.unpack())),
                            0,
                            options.verify() ? Verify.FULL : Verify.SIZE,
                            options.bytesPerSecond(),
                            options.connections(),
                            budget,
                            !options.listFirst(),
                            options.sync(),
                            FillRequest.Timing.DEFAULT);
            return new Fill(request, meter, FaultPoints.NONE).run();
        }
    }

    private static void make(Path directory) throws FillException {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            for (Path at = directory; at != null; at = at.getParent()) {
                if (Files.exists(at) && !Files.isDirectory(at)) {
                    throw new FillException(
                            Reason.TARGET_IO_ERROR,
                            "cannot make directory "
                                    + directory
                                    + ": "
                                    + at
                                    + " is not a directory; give another",
                            e);
                }
            }
            throw new FillException(
                    Reason.TARGET_IO_ERROR,
                    "cannot make directory " + directory + ": " + e + "; give another",
                    e);
        }
    }

    private void show(FillOptions options, RunResult result) {
        if (options.json()) {
            out.println(result.toJson());
        }
        if (result.outcome() == Outcome.FAILED) {
            err.println("cistern fill: " + result.reason() + ": " + result.message());
            return;
        }
        if (!options.json()) {
            long perSecond = (long) (result.bytesFetched() / Math.max(1e-3, result.seconds()));
            out.println(
                    result.files()
                            + " files, "
                            + ProgressDisplay.bytes(result.bytes())
                            + " in "
                            + Math.round(result.seconds() * 10) / 10.0
                            + " s ("
                            + ProgressDisplay.bytes(perSecond)
                            + "/s"
                            + (result.bytesResumed() > 0
                                    ? ", "
                                            + ProgressDisplay.bytes(result.bytesResumed())
                                            + " were there already"
                                    : "")
                            + (result.unverified() > 0
                                    ? ", the store has no digest for "
                                            + result.unverified()
                                            + " of them"
                                    : "")
                            + "), manifest "
                            + result.manifestDigest());
        }
    }
}
