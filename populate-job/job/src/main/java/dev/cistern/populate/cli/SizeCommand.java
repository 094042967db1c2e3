package dev.cistern.populate.cli;

import dev.cistern.populate.Attempt;
import dev.cistern.populate.Memory;
import dev.cistern.populate.Stores;
import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.FillRequest;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.engine.Progress;
import dev.cistern.populate.engine.Sizing;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.SourceSize;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `cistern size`: how large a source is, and the PVC that it needs.
final class SizeCommand implements Subcommand {
    private static final String STOPPED = "stopped before everything was listed; run it again";

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    /// @param out receives the result
    /// @param err receives progress and errors
    SizeCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    @Override
    public String name() {
        return "size";
    }

    @Override
    public String summary() {
        return "tell how large a source is, and the PVC that it needs";
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec = CommandSpec.create();
        SizeOptions.addTo(spec);
        return spec;
    }

    @Override
    public String operands() {
        return "a source: cistern size " + Stores.commandLines().getFirst().form();
    }

    @Override
    public int run(ParseResult given) throws UsageException {
        SizeOptions options = SizeOptions.of(given, environment);
        return Stoppable.run(() -> size(options));
    }

    private int size(SizeOptions options) {
        Attempt attempt = new Attempt();
        try {
            show(options, size(options, attempt.meter()));
            return 0;
        } catch (FillException e) {
            // A listing that is interrupted may look like one that failed.
            return failed(
                    options,
                    Thread.interrupted() && !e.reason().terminal()
                            ? attempt.failed(Reason.INTERRUPTED, STOPPED)
                            : attempt.failed(e.reason(), String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            return failed(options, attempt.failed(Reason.INTERRUPTED, STOPPED));
        }
    }

    private SourceSize size(SizeOptions options, Meter meter)
            throws FillException, InterruptedException {
        // Before the first path is made of a variable.
        Fill.requireUtf8Names();
        MemoryBudget budget = MemoryBudget.of(Memory.limit(options.memoryBytes()));
        try (TemporaryDirectory temporary = TemporaryDirectory.of(environment);
                Source source =
                        new Stores(environment, budget, Proxies.of(environment))
                                .open(0, options.store());
                ProgressDisplay display =
                        new ProgressDisplay(
                                new Progress(meter, 1),
                                SizeCommand::line,
                                err,
                                TerminalCheck.redraws(FillCommand.STANDARD_ERROR, environment))) {
            if (!options.quiet()) {
                display.start();
            }
            return temporary.use(() -> sizing(options, source, budget, temporary, meter).run());
        }
    }

    private static Sizing sizing(
            SizeOptions options,
            Source source,
            MemoryBudget budget,
            TemporaryDirectory temporary,
            Meter meter) {
        return new Sizing(
                new FillRequest(
                        new DirectoryTarget(temporary.path()),
                        List.of(
                                new FillRequest.Input(
                                        source,
                                        "",
                                        options.include(),
                                        options.exclude(),
                                        options.store().pin())),
                        0,
                        Verify.SIZE,
                        0,
                        0,
                        budget,
                        false,
                        false,
                        FillRequest.Timing.DEFAULT),
                meter);
    }

    /// Where metadata goes that does not fit in memory.
    ///
    /// @param path an empty directory
    private record TemporaryDirectory(Path path) implements AutoCloseable {
        private interface Work {
            SourceSize run() throws FillException, InterruptedException;
        }

        static TemporaryDirectory of(Map<String, String> environment) throws FillException {
            String parent = environment.getOrDefault("TMPDIR", "");
            Path in = Path.of(parent.isEmpty() ? "/tmp" : parent);
            try {
                return new TemporaryDirectory(Files.createTempDirectory(in, "cistern-size"));
            } catch (IOException e) {
                throw new FillException(
                        Reason.TARGET_IO_ERROR,
                        "cannot make a temporary directory: "
                                + e
                                + "; set TMPDIR to a directory that can be written",
                        e);
            }
        }

        /// Adds to a failure of the directory what it is, and what to do.
        SourceSize use(Work work) throws FillException, InterruptedException {
            try {
                return work.run();
            } catch (FillException e) {
                if (e.reason() != Reason.TARGET_IO_ERROR
                        && e.reason() != Reason.INSUFFICIENT_SPACE) {
                    throw e;
                }
                throw new FillException(
                        Reason.TARGET_IO_ERROR,
                        "cannot keep the listing in "
                                + path
                                + ": "
                                + e.getMessage()
                                + "; set TMPDIR to a directory with more space, or raise --memory",
                        e);
            }
        }

        @Override
        public void close() throws FillException {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new FillException(
                        Reason.TARGET_IO_ERROR, "cannot remove " + path + ": " + e, e);
            }
        }
    }

    static String line(ProgressReport report, boolean terminal) {
        String trouble = report.trouble();
        return report.stage()
                + "  "
                + counted(report.filesTotal())
                + ", "
                + ProgressDisplay.bytes(report.bytesTotal())
                + " so far"
                + (trouble == null ? "" : "  (" + trouble + ")");
    }

    private static String counted(long objects) {
        return objects + (objects == 1 ? " object" : " objects");
    }

    private void show(SizeOptions options, SourceSize size) {
        if (options.json()) {
            out.println(size.toJson());
            return;
        }
        out.println(counted(size.objects()) + ", " + bytes(size.bytes()));
        if (!size.complete()) {
            out.println(
                    "of unknown size: " + counted(size.unsized()) + ", not counted in the bytes");
        }
        SourceSize.Largest largest = size.largest();
        if (largest != null) {
            out.println("largest: " + largest.path() + ", " + bytes(largest.bytes()));
        }
        out.println(
                "PVC: spec.resources.requests.storage: "
                        + (size.complete() ? "" : "more than ")
                        + size.storageMebibytes()
                        + "Mi");
    }

    private static String bytes(long bytes) {
        return bytes < 1024
                ? ProgressDisplay.bytes(bytes)
                : ProgressDisplay.bytes(bytes) + " (" + bytes + " bytes)";
    }

    private int failed(SizeOptions options, RunResult result) {
        if (options.json()) {
            out.println(result.toJson());
        }
        err.println("cistern size: " + result.reason() + ": " + result.message());
        return result.exitCode();
    }
}
