package dev.cistern.test.e2e;

import dev.cistern.test.cluster.Cluster;
import dev.cistern.test.cluster.ClusterException;
import dev.cistern.test.cluster.Command;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `kubectl`, as a user calls it.
final class Kubectl {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Cluster cluster;

    Kubectl(Cluster cluster) {
        this.cluster = cluster;
    }

    /// Runs it and gives its output; it must end well.
    String run(String... args) {
        return result(args).orThrow();
    }

    Command.Result result(String... args) {
        return command(args).run();
    }

    void apply(String yaml) {
        command("apply", "-f", "-").input(yaml).run().orThrow();
    }

    /// Applies what is to be refused; whatever kubectl said, and empty when nothing was refused.
    String refusal(String yaml) {
        Command.Result result = command("apply", "-f", "-").input(yaml).run();
        return result.ok() ? "" : result.output();
    }

    /// What the API server would make of a manifest.
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

    /// Starts it and leaves it running, as for `-w`; the caller ends it.
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
