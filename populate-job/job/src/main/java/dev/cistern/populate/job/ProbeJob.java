package dev.cistern.populate.job;

import dev.cistern.populate.Memory;
import dev.cistern.populate.Stores;
import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.wire.ProbeResult;
import dev.cistern.populate.wire.ProbeSpec;
import dev.cistern.populate.wire.ProbeStage;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.WireException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// A probe as a Kubernetes Job: environment in, termination message out. It ends with 0 when it has found something out, whatever that is.
public final class ProbeJob {
    private final Map<String, String> environment;
    private final Log log;

    /// @param out where log lines go
    public ProbeJob(Map<String, String> environment, PrintStream out) {
        this.environment = environment;
        this.log = new Log(out);
    }

    /// Runs the probe; the exit code.
    public int run() {
        ProbeResult result = look();
        String text = result.toJson();
        if (result.reason() == null) {
            log.info("probed", "result", text);
        } else {
            log.warn(result.reason() + ": " + result.message(), "stage", result.stage().wireName());
        }
        Path file = JobConfig.terminationMessage(environment);
        try {
            Files.writeString(file, text);
            return 0;
        } catch (IOException e) {
            log.error(
                    "no termination message",
                    "file",
                    file.toString(),
                    "error",
                    String.valueOf(e.getMessage()));
            return 1;
        }
    }

    private ProbeResult look() {
        try {
            ProbeSpec spec = spec();
            MemoryBudget budget = MemoryBudget.of(Memory.limit(0));
            try (Source source =
                    new Stores(environment, budget, Proxies.NONE).open(0, spec.source())) {
                return new Probe(source, Duration.ofSeconds(spec.seconds())).run();
            }
        } catch (WireException e) {
            return failed(
                    Reason.INVALID_CONFIGURATION,
                    ProbeSpec.ENVIRONMENT_NAME + ": " + e.getMessage());
        } catch (FillException e) {
            return failed(e.reason(), String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            return failed(Reason.INTERRUPTED, "asked to stop before the store had answered");
        }
    }

    private ProbeSpec spec() throws WireException, FillException {
        String text = environment.get(ProbeSpec.ENVIRONMENT_NAME);
        if (text == null || text.isBlank()) {
            throw new FillException(
                    Reason.INVALID_CONFIGURATION, ProbeSpec.ENVIRONMENT_NAME + " is not set", null);
        }
        return ProbeSpec.fromJson(text);
    }

    private static ProbeResult failed(Reason reason, String message) {
        return new ProbeResult(ProbeStage.NONE, reason, message, "", 0, 0);
    }
}
