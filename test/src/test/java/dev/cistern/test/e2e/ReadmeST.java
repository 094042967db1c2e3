package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.test.cluster.Command;
import dev.cistern.test.server.Bucket;
import dev.cistern.test.server.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the commands of README.md block by block, as printed there. Values that a reader is told to replace (blocks
/// with only `export`) are replaced; the images are already on the nodes, so nothing is pushed; the namespace is the
/// test's.
@SystemTest
class ReadmeST {
    private static final Duration LIMIT = Duration.ofMinutes(12);
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
    private static final String ROLE = "arn:aws:iam::123456789012:role/bucket-reader";

    @TempDir Path work;

    @AfterAll
    static void clear(Cistern cistern) {
        cistern.kubectl().run("delete", "storagebackend", "my-bucket", "--ignore-not-found");
        cistern.kubectl()
                .run(
                        "delete",
                        "secret/my-bucket",
                        "serviceaccount/bucket-reader",
                        "-n",
                        Cistern.POPULATE_NAMESPACE,
                        "--ignore-not-found");
    }

    @Test
    void fromAClusterToAFilledPvcWithKeysAndWithoutThem(Cistern cistern, Team team)
            throws IOException {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < 20; i++) {
            bucket.plant("datasets/library/shelf-%d/book-%02d".formatted(i % 3, i), 5000L + i, i);
        }
        bucket.plant("datasets/other/not-this", 10, 0);
        Map<String, String> environment = values(cistern, bucket);
        List<String> blocks = blocks(cistern, team, "## From a cluster to a filled PVC");
        assertThat(blocks).as("blocks of the section").hasSizeGreaterThanOrEqualTo(5);

        List<String> said = new ArrayList<>();
        int irsa = indexOf(blocks, "auth:\n    mode: iam");
        for (String block : blocks.subList(0, irsa)) {
            said.add(run(cistern, environment, block));
        }

        assertThat(said.get(indexOf(blocks, "kubectl get vpop"))).contains("PROGRESS", "library");
        assertThat(team.pods().digests("check", "library"))
                .isEqualTo(bucket.digests("datasets/library/"));

        trustTheReader(cistern);
        run(cistern, environment, blocks.get(irsa));
        String claim = blocks.get(indexOf(blocks, "kind: PersistentVolumeClaim"));
        run(
                cistern,
                environment,
                "kubectl apply -f - <<END\n"
                        + claim.substring(claim.lastIndexOf("---\n") + 4)
                                .replace("{name: library, namespace", "{name: by-role, namespace"));
        team.awaitFilled("by-role", Duration.ofMinutes(1));
        assertThat(team.pods().digests("check-role", "by-role"))
                .isEqualTo(bucket.digests("datasets/library/"));
        assertThat(cistern.s3().stsDecisions()).contains("issued " + ROLE);
    }

    @Test
    void theInstallationNamesTheImagesOfTheRegistry(Cistern cistern) throws IOException {
        String manifests =
                run(
                        cistern,
                        Map.of(),
                        "deploy/install.sh --registry registry.example.com/team --tag 7 --render");

        assertThat(manifests)
                .contains("image: registry.example.com/team/controller:7")
                .contains("image: registry.example.com/team/csi:7")
                .contains("image: registry.example.com/team/csi-provisioner:v")
                .contains("value: registry.example.com/team/populate:7")
                .doesNotContain("image: cistern/");
    }

    @Test
    void aWrongCommandLineOfTheInstallationIsSaid(Cistern cistern) throws IOException {
        assertThat(said(cistern, Map.of(), "deploy/install.sh").output())
                .contains("--registry REGISTRY/PREFIX");
        assertThat(said(cistern, Map.of(), "deploy/install.sh --registri x").output())
                .contains("no option --registri");
    }

    private static Map<String, String> values(Cistern cistern, Bucket bucket) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("AWS_REGION", S3Server.REGION);
        values.put("BUCKET", bucket.name());
        values.put("PREFIX", "datasets/library/");
        values.put("ENDPOINT", cistern.s3().endpoint());
        values.put("AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY);
        values.put("AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY);
        values.put("ROLE_ARN", ROLE);
        values.put("STS_ENDPOINT", cistern.s3().stsEndpoint());
        return values;
    }

    /// The section's blocks to run, in order. Each variable that a skipped block sets must be in [#values].
    private static List<String> blocks(Cistern cistern, Team team, String heading)
            throws IOException {
        String page = Files.readString(cistern.root().resolve("README.md"));
        int begin = page.indexOf(heading + "\n");
        assertThat(begin).as("section " + heading).isNotNegative();
        String section = page.substring(begin, page.indexOf("\n## ", begin + 1));
        return BLOCK.matcher(section)
                .results()
                .map(match -> match.group(1))
                .filter(block -> !block.lines().allMatch(line -> line.startsWith("export ")))
                .map(block -> block.replace("team-a", team.namespace()))
                .map(
                        block ->
                                block.replace(
                                        "deploy/install.sh --registry \"$REGISTRY\"",
                                        "deploy/install.sh --images-loaded --manifests"
                                                + " deploy/cross-namespace"))
                .toList();
    }

    private static int indexOf(List<String> blocks, String text) {
        for (int i = 0; i < blocks.size(); i++) {
            if (blocks.get(i).contains(text)) {
                return i;
            }
        }
        throw new AssertionError("README.md has no block with " + text);
    }

    private static void trustTheReader(Cistern cistern) throws IOException {
        String issuer =
                new ObjectMapper()
                        .readTree(
                                cistern.kubectl()
                                        .run("get", "--raw", "/.well-known/openid-configuration"))
                        .path("issuer")
                        .asText();
        cistern.s3()
                .trust(
                        ROLE,
                        issuer,
                        "sts.amazonaws.com",
                        "system:serviceaccount:cistern-populate:bucket-reader",
                        cistern.kubectl().run("get", "--raw", "/openid/v1/jwks"));
    }

    private String run(Cistern cistern, Map<String, String> environment, String block)
            throws IOException {
        return said(cistern, environment, block).orThrow();
    }

    /// Runs a block in a shell, in the project's directory, with the cluster's kubectl on the PATH.
    private Command.Result said(Cistern cistern, Map<String, String> environment, String block)
            throws IOException {
        Path kubectl = work.resolve("kubectl");
        if (!Files.exists(kubectl)) {
            Files.writeString(
                    kubectl,
                    "#!/bin/sh\nexec "
                            + String.join(" ", cistern.cluster().kubectl())
                            + " \"$@\"\n");
            assertThat(kubectl.toFile().setExecutable(true)).isTrue();
        }
        Command command =
                Command.of("bash", "-euc", block)
                        .in(cistern.root())
                        .within(LIMIT)
                        .env("KUBECONFIG", cistern.cluster().kubeconfig().toString())
                        .env("PATH", work + ":" + System.getenv("PATH"));
        environment.forEach(command::env);
        return command.run();
    }
}
