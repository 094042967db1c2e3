package dev.cistern.test.e2e;

import dev.cistern.test.cluster.Cluster;
import dev.cistern.test.cluster.ClusterException;
import dev.cistern.test.cluster.Command;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Runs `kubectl`.
final class Kubectl {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Cluster cluster;

    Kubectl(Cluster cluster) {
        this.cluster = cluster;
    }

    /// Runs it and returns its output; it must succeed.
    String run(String... args) {
        return result(args).orThrow();
    }

    Command.Result result(String... args) {
        return command(args).run();
    }

    void apply(String yaml) {
        command("apply", "-f", "-").input(yaml).run().orThrow();
    }

    /// Applies a manifest that should be rejected; returns kubectl's output, empty when it was accepted.
    String refusal(String yaml) {
        Command.Result result = command("apply", "-f", "-").input(yaml).run();
        return result.ok() ? "" : result.output();
    }

    /// The result of a server-side dry run.
    String dryRun(String yaml) {
        return command("create", "--dry-run=server", "-o", "yaml", "-f", "-")
                .input(yaml)
                .run()
                .orThrow();
    }

    private Command command(String... args) {
        return Command.of(argv(args))
                .env("KUBECONFIG", cluster.kubeconfig().toString())
                .within(LIMIT);
    }

    /// Starts it in the background, as for `-w`; the caller ends it.
    Process start(String... args) {
        var builder = new ProcessBuilder(argv(args)).redirectErrorStream(true);
        builder.environment().put("KUBECONFIG", cluster.kubeconfig().toString());
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ClusterException("cannot start kubectl", e);
        }
    }

    private List<String> argv(String... args) {
        var argv = new ArrayList<>(cluster.kubectl());
        argv.addAll(List.of(args));
        return argv;
    }
}
