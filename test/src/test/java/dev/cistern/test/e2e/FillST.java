package dev.cistern.test.e2e;

import static dev.cistern.test.e2e.Team.number;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.test.server.Bucket;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Large amounts of data arrive unchanged, in the zone of the pod.
@SystemTest
class FillST {
    private static final Duration LONG = Duration.ofMinutes(4);
    private static final int SMALL_FILES = 10_000;
    private static final long BIG_BYTES = 1L << 30;

    @Test
    void tenThousandSmallFilesArriveAtOnce(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < SMALL_FILES; i++) {
            bucket.plant(
                    "dir-%02d/sub-%d/file-%05d.bin".formatted(i % 100, i % 7, i),
                    100 + i % 4000,
                    i);
        }
        team.populator("small", bucket);

        team.claim(Claim.from("small").ofSize("512Mi"));
        PersistentVolumeClaim bound = team.awaitFilled("small", LONG);

        Map<String, String> expected = bucket.digests("");
        assertThat(expected).hasSize(SMALL_FILES);
        assertThat(team.pods().digests("check", "small")).isEqualTo(expected);
        GenericKubernetesResource run = team.run(bound.getMetadata().getUid()).orElseThrow();
        assertThat(number(run, "status", "files")).isEqualTo(SMALL_FILES);
        assertThat(number(run, "status", "bytes")).isEqualTo(bucket.traffic().objectBytes());
    }

    @Test
    void oneGibibyteArrivesAtOnce(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        bucket.plant("model.bin", BIG_BYTES, 1);
        team.populator("big", bucket);

        team.claim(Claim.from("big").ofSize("1200Mi"));
        team.awaitFilled("big", LONG);

        assertThat(team.pods().digests("check", "big")).isEqualTo(bucket.digests(""));
        // When a stream takes over the end of another's range, the bytes in that one's connection
        // beyond it are read
        // twice: some MB each time, more often on busy processors.
        assertThat(bucket.traffic().objectBytes()).isBetween(BIG_BYTES, BIG_BYTES + BIG_BYTES / 10);
    }

    @Test
    void namesBeyondAsciiArriveAndAreTold(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        // NFC and NFD forms are two names; a name has 255 bytes at most.
        for (String name :
                List.of(
                        "\u00e9t\u00e9.txt",
                        "e\u0301te\u0301.txt",
                        "\u65e5\u672c\u8a9e/\u30c7\u30fc\u30bf.bin",
                        "\ud83d\udc69\u200d\ud83d\ude80.bin",
                        "\u65e5".repeat(85),
                        "x".repeat(255))) {
            bucket.put("d\u00e9p\u00f4t/" + name, "content of " + name);
        }
        team.populator("names", "s3://" + bucket.name() + "/d\u00e9p\u00f4t/", "");
        team.populator("none", "s3://" + bucket.name() + "/\u65e5\u672c/", "");

        team.claim(Claim.from("names"));
        team.claim(Claim.from("none"));
        team.awaitFilled("names", LONG);

        Map<String, String> expected = bucket.digests("d\u00e9p\u00f4t/");
        assertThat(expected).hasSize(6);
        assertThat(team.pods().digests("check", "names")).isEqualTo(expected);
        team.awaitDescribed("none", LONG, "EmptySource", "\u65e5\u672c/");
    }

    @Test
    void smallAndBigArriveOnTheNodeAndInTheZoneOfThePodThatWaits(Cistern cistern, Team team) {
        Bucket bucket = team.newBucket();
        for (int i = 0; i < SMALL_FILES; i++) {
            bucket.plant("photos/%03d/%05d.jpg".formatted(i % 250, i), 200 + i % 3000, i);
        }
        bucket.plant("video.mp4", BIG_BYTES, 2);
        team.populator("mixed", bucket);
        String zone = "zone-b";

        PersistentVolumeClaim claim = team.claim(Claim.from("mixed").waiting().ofSize("1500Mi"));
        team.pods()
                .start(
                        "reader",
                        "mixed",
                        "{topology.kubernetes.io/zone: " + zone + "}",
                        Pods.PRINT_DIGESTS);

        String printed = team.pods().result("reader", LONG);
        assertThat(Pods.parseDigests(printed)).isEqualTo(bucket.digests(""));
        PersistentVolumeClaim bound = team.awaitFilled("mixed", Duration.ofMinutes(1));
        String node =
                cistern.client()
                        .nodes()
                        .withLabel("topology.kubernetes.io/zone", zone)
                        .list()
                        .getItems()
                        .getFirst()
                        .getMetadata()
                        .getName();
        PersistentVolume volume =
                cistern.client()
                        .persistentVolumes()
                        .withName(bound.getSpec().getVolumeName())
                        .get();
        assertThat(volume.getSpec().getNodeAffinity().toString()).contains(node);
        GenericKubernetesResource run = team.run(claim.getMetadata().getUid()).orElseThrow();
        assertThat(Team.<String>get(run, "status", "node")).isEqualTo(node);
    }
}
