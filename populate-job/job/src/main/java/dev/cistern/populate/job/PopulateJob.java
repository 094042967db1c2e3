package dev.cistern.populate.job;

import dev.cistern.environment.Environment;
import dev.cistern.populate.Attempt;
import dev.cistern.populate.Memory;
import dev.cistern.populate.StopHook;
import dev.cistern.populate.Stores;
import dev.cistern.populate.Variables;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.FillRequest;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.engine.Progress;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.wire.Outcome;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.SourceSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One attempt as a Kubernetes Job: environment in, termination message and exit code out.
public final class PopulateJob {
    /// Kubernetes kills 30 s after the stop signal; the journal is flushed well within this time.
    private static final long STOP_MILLIS = 20_000;

    private static final String STOPPED = "asked to stop before everything was copied";

    /// An OSSVolumePopulator has no such field.
    private static final String COMPARE_LENGTHS =
            "in an ObjectVolumePopulator or a Dataset, verify: size compares lengths alone";

    private final Environment environment;
    private final Log log;
    private final FaultPoints faultPoints;

    /// Null until the attempt reports.
    private @Nullable Reporter reporter;

    /// Exit code after a stop signal: 1 until the result is known.
    private volatile int exitCode = 1;

    /// @param out receives log lines
    public PopulateJob(Map<String, String> environment, PrintStream out, FaultPoints faultPoints) {
        this.environment = Environment.of(environment, Variables.CHANGED);
        this.log = new Log(out);
        this.faultPoints = faultPoints;
    }

    /// Runs the attempt; returns the exit code.
    public int run() {
        StopHook stop =
                new StopHook(
                        STOP_MILLIS,
                        told -> {
                            if (!told) {
                                log.error("could not stop in time");
                            }
                            // The main thread cannot exit during shutdown, so the exit code is set
                            // here.
                            Runtime.getRuntime().halt(exitCode);
                        });
        environment.warnings().forEach(warning -> log.warn(warning));
        RunResult result = attempt();
        String text = result.toJson();
        write(JobConfig.terminationMessage(environment.variables()), text);
        exitCode = result.exitCode();
        if (reporter != null) {
            reporter.end(result);
        }
        if (!stop.withdraw()) {
            log.info("stopping");
        }
        if (result.outcome() == Outcome.SUCCEEDED) {
            log.info("populated", "result", text);
            if (result.unverified() > 0) {
                log.warn(
                        "only lengths compared: the store gives no checksum, and ETags that are not"
                                + " digests",
                        "files",
                        String.valueOf(result.unverified()));
            }
        } else {
            log.error(
                    result.reason() + ": " + result.message(),
                    "terminal",
                    String.valueOf(result.terminal()));
        }
        stop.told();
        return result.exitCode();
    }

    private RunResult attempt() {
        Attempt attempt = new Attempt();
        try {
            JobConfig config = JobConfig.of(environment.variables());
            return attempt.succeeded(fill(config, attempt.meter()));
        } catch (JobConfig.InvalidException e) {
            return attempt.failed(Reason.INVALID_CONFIGURATION, String.valueOf(e.getMessage()));
        } catch (FillException e) {
            // An interruption closes open files, which then look like failed ones.
            return Thread.interrupted() && !e.reason().terminal()
                    ? attempt.failed(Reason.INTERRUPTED, STOPPED)
                    : attempt.failed(e.reason(), e.message(COMPARE_LENGTHS));
        } catch (InterruptedException e) {
            return attempt.failed(Reason.INTERRUPTED, STOPPED);
        } catch (RuntimeException | Error e) {
            log.error("a bug", "exception", stack(e));
            return attempt.failed(Reason.INTERNAL_ERROR, e + " (a bug in cistern)");
        }
    }

    private static String stack(Throwable e) {
        java.io.StringWriter text = new java.io.StringWriter();
        e.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }

    private Fill.Result fill(JobConfig config, Meter meter)
            throws FillException, InterruptedException {
        RunSpec spec = config.spec();
        log.info(
                "populating",
                "run",
                spec.run().uid(),
                "attempt",
                String.valueOf(spec.run().attempt()),
                "pvc",
                spec.run().namespace() + "/" + spec.run().pvc());
        MemoryBudget budget = MemoryBudget.of(Memory.limit(spec.limits().memoryBytes()));
        Stores stores = new Stores(config.environment(), budget, Proxies.NONE);
        List<FillRequest.Input> inputs = new ArrayList<>();
        RunSpec.Report report = spec.report();
        if (report != null) {
            reporter =
                    new Reporter(
                            report, config.token(), new Progress(meter, spec.run().attempt()), log);
        }
        try (Closing _ = new Closing(inputs)) {
            for (int i = 0; i < spec.sources().size(); i++) {
                SourceSpec source = spec.sources().get(i);
                Source opened = stores.open(i, source);
                inputs.add(
                        new FillRequest.Input(
                                opened,
                                source.into(),
                                source.include(),
                                source.exclude(),
                                source.sha256(),
                                source.unpack()));
            }
            if (reporter != null) {
                reporter.start();
            }
            FillRequest request =
                    new FillRequest(
                            new DirectoryTarget(Path.of(spec.target())),
                            inputs,
                            spec.capacityBytes(),
                            spec.verify(),
                            spec.limits().bytesPerSecond(),
                            spec.limits().connections(),
                            budget,
                            true,
                            true,
                            FillRequest.Timing.DEFAULT);
            return new Fill(request, meter, faultPoints).run();
        }
    }

    /// Closes the sources of a fill in any case.
    private record Closing(List<FillRequest.Input> inputs) implements AutoCloseable {
        @Override
        public void close() {
            inputs.forEach(input -> input.source().close());
        }
    }

    private void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            // The controller then reads the log's last lines instead.
            log.warn(
                    "no termination message",
                    "file",
                    file.toString(),
                    "error",
                    String.valueOf(e.getMessage()));
        }
    }
}
