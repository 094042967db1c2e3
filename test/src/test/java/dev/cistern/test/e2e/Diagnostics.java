package dev.cistern.test.e2e;

import static dev.cistern.test.cluster.TestLog.info;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Collects information about a failed cluster test in one file.
final class Diagnostics {
    private final Cistern cistern;

    Diagnostics(Cistern cistern) {
        this.cistern = cistern;
    }

    void write(String test, Throwable failure, String namespace) {
        var text = new StringBuilder();
        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        text.append(trace).append('\n');
        for (String space :
                List.of(namespace, Cistern.POPULATE_NAMESPACE, Cistern.OSS_POPULATE_NAMESPACE)) {
            add(text, "get", "all,pvc,vpop,ovp,ossvp", "-n", space, "-o", "wide");
            add(text, "describe", "pvc,vpop,ovp,jobs,pods", "-n", space);
            add(text, "get", "events", "-n", space, "--sort-by=.lastTimestamp");
        }
        add(text, "get", "vpop,pvc", "-n", namespace, "-o", "yaml");
        add(text, "get", "pv,nodes", "-o", "wide");
        add(text, "get", "pods", "-n", Cistern.NAMESPACE, "-o", "wide");
        add(
                text,
                "logs",
                "-n",
                Cistern.NAMESPACE,
                "-l",
                Cistern.CONTROLLER_LABELS,
                "--tail=400",
                "--prefix");
        add(
                text,
                "logs",
                "-n",
                Cistern.NAMESPACE,
                "-l",
                Cistern.CSI_LABELS,
                "--all-containers",
                "--tail=100",
                "--prefix");
        Path file =
                cistern.output()
                        .resolve("failures")
                        .resolve(test.replaceAll("[^A-Za-z0-9.]+", "-") + ".txt");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            info("%s failed; what the cluster looked like is in %s", test, file);
        } catch (IOException e) {
            info("%s failed, and so did writing %s: %s", test, file, e);
        }
    }

    private void add(StringBuilder text, String... args) {
        text.append("\n=== kubectl ").append(String.join(" ", args)).append('\n');
        try {
            text.append(cistern.kubectl().result(args).output());
        } catch (RuntimeException e) {
            text.append(e.getMessage());
        }
    }
}
