package dev.cistern.test.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.test.server.Bucket;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/// Archives in a Job's own container, whose root is read-only: nowhere could a native library be unpacked to.
@SystemTest
class ArchivesST {
    private static final Duration SOON = Duration.ofSeconds(60);

    /// A tar of `hello.txt`, packed by zstd.
    private static final String TAR_ZSTD =
            "KLUv/WQAJw0DALLEDxKQzwGQi6GHmP9/2WArnv5K5RQHDD+3qApShThpC7dz0u5TZev9O7yMREa/"
                    + "25hSDhlnHJHuvjGob7MVE0LmAgsAzIvLY4AQjOSoAD8EhsIBEH7endxFAAwKAHYT6AIZsJ1O";

    @Test
    void aTarPackedByZstdIsUnpacked(Team team) {
        Bucket bucket = team.newBucket();
        bucket.put("hello.tar.zst", Base64.getDecoder().decode(TAR_ZSTD));
        team.populator(
                "archive", "s3://" + bucket.name() + "/hello.tar.zst", "    unpack: tar.zst");
        team.claim(Claim.from("archive"));

        team.awaitFilled("archive", SOON);

        assertThat(team.pods().run("reader", "archive", "cat /data/hello.txt"))
                .isEqualTo("hello from an archive\n");
    }
}
