package dev.cistern.test.e2e;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// Pods that read and write a PVC.
final class Pods {
    static final String IMAGE = "cistern/test-tools:dev";

    private final Cistern cistern;
    private final String namespace;

    Pods(Cistern cistern, String namespace) {
        this.cistern = cistern;
        this.namespace = namespace;
    }

    /// Starts a pod with a PVC at `/data`.
    ///
    /// @param selector a node selector as a flow mapping, such as `{topology.kubernetes.io/zone: zone-b}`
    /// @param script for `sh`
    void start(String name, String pvc, String selector, String script) {
        cistern.kubectl()
                .apply(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: %s, namespace: %s}
                        spec:
                          restartPolicy: Never
                          automountServiceAccountToken: false
                          terminationGracePeriodSeconds: 1
                          securityContext: {fsGroup: 65532}
                          nodeSelector: %s
                          containers:
                          - name: main
                            image: %s
                            imagePullPolicy: IfNotPresent
                            command: [sh, -c, %s]
                            volumeMounts: [{name: data, mountPath: /data}]
                          volumes:
                          - name: data
                            persistentVolumeClaim: {claimName: %s}
                        """
                                .formatted(name, namespace, selector, IMAGE, quoted(script), pvc));
    }

    private static String quoted(String script) {
        return "'" + script.replace("'", "''") + "'";
    }

    /// Waits until a pod succeeds, returns its output, and deletes it.
    String result(String name, Duration limit) {
        String log = logAtEnd(name, limit);
        cistern.kubectl().run("delete", "pod", "-n", namespace, name, "--wait=true");
        return log;
    }

    /// Waits until a pod succeeds and returns its output. The pod stays.
    String logAtEnd(String name, Duration limit) {
        Pod pod =
                await("end of pod " + name)
                        .atMost(limit)
                        .pollInterval(Duration.ofMillis(200))
                        .until(
                                () ->
                                        cistern.client()
                                                .pods()
                                                .inNamespace(namespace)
                                                .withName(name)
                                                .get(),
                                p ->
                                        p != null
                                                && p.getStatus() != null
                                                && ("Succeeded".equals(p.getStatus().getPhase())
                                                        || "Failed"
                                                                .equals(p.getStatus().getPhase())));
        String log = cistern.kubectl().run("logs", "-n", namespace, name);
        if (!"Succeeded".equals(pod.getStatus().getPhase())) {
            throw new AssertionError("pod " + name + " failed:\n" + log);
        }
        return log;
    }

    /// Runs a script to completion in a pod with a PVC at `/data`.
    String run(String name, String pvc, String script) {
        start(name, pvc, "{}", script);
        return result(name, Duration.ofMinutes(2));
    }

    /// Not `ls`, which prints question marks for characters outside its locale.
    static final String PRINT_DIGESTS =
            "cd /data && find . -type f -exec sha256sum {} + && find . -mindepth 1 -maxdepth 1 |"
                    + " cut -b3-";

    /// The content of a PVC as a pod sees it: SHA-256 by path; directories of the root without a file have an empty
    /// digest.
    Map<String, String> digests(String name, String pvc) {
        return parseDigests(run(name, pvc, PRINT_DIGESTS));
    }

    static Map<String, String> parseDigests(String output) {
        var digests = new TreeMap<String, String>();
        output.lines()
                .forEach(
                        line -> {
                            if (line.matches("[0-9a-f]{64}  \\./.*")) {
                                digests.put(line.substring(68), line.substring(0, 64));
                            }
                        });
        // Other entries of the root, for example an empty journal directory.
        output.lines()
                .filter(line -> !line.matches("[0-9a-f]{64}  .*"))
                .forEach(
                        entry -> {
                            boolean known =
                                    digests.keySet().stream()
                                            .anyMatch(
                                                    path ->
                                                            path.equals(entry)
                                                                    || path.startsWith(
                                                                            entry + "/"));
                            if (!known && !entry.equals("lost+found")) {
                                digests.put(entry, "");
                            }
                        });
        return digests;
    }
}
