package dev.cistern.test.e2e;

import java.time.Duration;
import java.util.stream.Collectors;

/// The controller's reporting endpoint and its metrics, from a foreign pod.
final class Reports {
    private static final String URL = "http://cistern-controller.cistern-system.svc:8082/v1/runs/";
    private static final String BODY =
            """
            {"attempt":1,"sequence":999999,"stage":"Copying","bytesDone":1,"bytesTotal":2,"filesDone":0,"filesTotal":1,\
            "totalsFinal":true,"bytesFetched":1,"bytesResumed":0,"bytesPerSecond":1,"etaSeconds":-1}\
            """;

    private final Cistern cistern;
    private final Team team;

    Reports(Cistern cistern, Team team) {
        this.cistern = cistern;
        this.team = team;
        team.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: caller, namespace: NAMESPACE}
                spec:
                  automountServiceAccountToken: false
                  terminationGracePeriodSeconds: 0
                  containers:
                  - {name: main, image: %s, imagePullPolicy: IfNotPresent, command: [sleep, "600"]}
                """
                        .formatted(Pods.IMAGE));
        team.kubectl("wait", "--for=condition=Ready", "pod/caller", "--timeout=60s");
    }

    /// Posts a report and returns the status code of the response.
    String post(String uid, String token) {
        return curl(
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code}",
                        "-X",
                        "POST",
                        "-H",
                        "Content-Type: application/json",
                        "-H",
                        "Authorization: Bearer " + token,
                        "-d",
                        BODY,
                        URL + uid + "/progress")
                .strip();
    }

    /// Number of reports that all replicas have refused.
    long refused() {
        return new Controller(cistern)
                .pods().stream()
                        .flatMap(pod -> metrics(pod.getStatus().getPodIP()).lines())
                        .filter(line -> line.startsWith("cistern_report_rejected_total"))
                        .mapToLong(
                                line ->
                                        (long)
                                                Double.parseDouble(
                                                        line.substring(line.lastIndexOf(' ') + 1)))
                        .sum();
    }

    /// The metrics of all replicas, one after the other.
    String metrics() {
        return new Controller(cistern)
                .pods().stream()
                        .map(pod -> metrics(pod.getStatus().getPodIP()))
                        .collect(Collectors.joining("\n"));
    }

    private String metrics(String podIp) {
        return curl("http://" + podIp + ":8080/metrics");
    }

    private String curl(String... args) {
        String[] all = new String[args.length + 8];
        String[] start = {
            "exec",
            "caller",
            "--",
            "curl",
            "-s",
            "-S",
            "--max-time",
            String.valueOf(Duration.ofSeconds(10).toSeconds())
        };
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(args, 0, all, start.length, args.length);
        return team.kubectl(all);
    }
}
