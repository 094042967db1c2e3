package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Files of busybox's HTTP server in the cluster, with a password, and a list in the form of sha256sum.
@SystemTest
class HttpST {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static final String FILES =
            """
            mkdir -p /www/rel/sub && cd /www/rel
            head -c 25000000 /dev/urandom > large.bin
            head -c 70000 /dev/urandom > sub/schlüssel
            echo hello > 'sub/a b+c%20.txt'
            : > empty
            sha256sum large.bin 'sub/a b+c%20.txt' empty sub/schlüssel > SHA256SUMS
            sed 's/^./0/;s/^00/11/' SHA256SUMS > WRONG
            cat SHA256SUMS
            sha256sum SHA256SUMS
            printf '/:reader:secret\\n' > /www/httpd.conf
            exec busybox httpd -f -p 8080 -h /www -c /www/httpd.conf
            """;

    private static void serve(Team team) {
        team.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: files, namespace: NAMESPACE, labels: {app: files}}
                spec:
                  automountServiceAccountToken: false
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: main
                    image: %s
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, %s]
                    readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                    volumeMounts: [{name: www, mountPath: /www}]
                  volumes: [{name: www, emptyDir: {}}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: files, namespace: NAMESPACE}
                spec:
                  selector: {app: files}
                  ports: [{port: 80, targetPort: 8080}]
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: files, namespace: NAMESPACE}
                stringData: {username: reader, password: secret, wrong: guess}
                """
                        .formatted(Pods.IMAGE, "\"" + escaped(FILES) + "\""));
        team.kubectl("wait", "--for=condition=Ready", "pod/files", "--timeout=60s");
    }

    private static String escaped(String script) {
        return script.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static void populator(Team team, String name, String source, String password) {
        team.apply(
                """
                apiVersion: cistern.dev/v1alpha1
                kind: ObjectVolumePopulator
                metadata: {name: %s, namespace: NAMESPACE}
                spec:
                  sources:
                  - path: %s
                    backend:
                      type: http
                      auth:
                        mode: basic
                        usernameSecretRef: {name: files, key: username}
                        passwordSecretRef: {name: files, key: %s}
                      http: {endpoint: "http://files.NAMESPACE.svc.cluster.local"}
                """
                        .formatted(name, source, password));
    }

    @Test
    void aClaimIsFilledByAListOfSha256sum(Team team) {
        serve(team);
        var expected = new TreeMap<String, String>();
        team.kubectl("logs", "files")
                .lines()
                .forEach(line -> expected.put(line.substring(66), line.substring(0, 64)));
        String pin = expected.remove("SHA256SUMS");
        assertThat(expected)
                .containsOnlyKeys("large.bin", "sub/a b+c%20.txt", "empty", "sub/schlüssel");
        populator(
                team,
                "data",
                "rel/SHA256SUMS\n    list: sha256sums\n    sha256: " + pin,
                "password");

        team.claim(Claim.from("data"));

        team.awaitFilled("data", SOON);
        assertThat(team.pods().digests("check", "data")).isEqualTo(expected);
    }

    @Test
    void whatIsNotAsListedIsNotBound(Team team) {
        serve(team);
        populator(team, "wrong", "rel/WRONG\n    list: sha256sums", "password");
        populator(team, "stranger", "rel/SHA256SUMS\n    list: sha256sums", "wrong");
        populator(team, "missing", "rel/nothing", "password");

        var wrong = team.claim(Claim.from("wrong"));
        var stranger = team.claim(Claim.from("stranger"));
        var missing = team.claim(Claim.from("missing"));

        assertThat(reason(team, wrong.getMetadata().getUid())).isEqualTo("DigestMismatch");
        assertThat(reason(team, stranger.getMetadata().getUid())).isEqualTo("InvalidCredentials");
        assertThat(reason(team, missing.getMetadata().getUid())).isEqualTo("NoSuchObject");
        team.awaitDescribed("missing", SOON, "there is no file http://files.", "/rel/nothing");
    }

    private static String reason(Team team, String uid) {
        return Team.get(team.awaitPhase(uid, SOON, "Failed"), "status", "reason");
    }
}
