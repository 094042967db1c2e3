package dev.cistern.populate.engine;

import static dev.cistern.populate.engine.DigestPolicy.Verdict.NO_DIGEST;
import static dev.cistern.populate.engine.DigestPolicy.Verdict.REFETCH;
import static dev.cistern.populate.engine.DigestPolicy.Verdict.REFETCH_LAST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectDigest.Trust;
import dev.cistern.populate.target.ChannelFile;
import dev.cistern.populate.target.SpillFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigestPolicyTest {
    private static final ObjectDigest STATED = ObjectDigest.whole(DigestKind.CRC32C, "00000000");
    private static final ObjectDigest ETAG = ofTag(0, Trust.LIKELY);
    private static final ObjectDigest PARTS = ofTag(3, Trust.GUESSED);

    @TempDir Path directory;
    private Journal journal;
    private DigestPolicy policy;

    @BeforeEach
    void begin() throws Exception {
        attempt(false);
    }

    @AfterEach
    void end() throws Exception {
        journal.close();
    }

    private void attempt(boolean another) throws Exception {
        journal =
                Journal.open(
                        () -> ChannelFile.open(directory.resolve("journal")),
                        another,
                        new DoneRecords(new SpillFiles(directory.resolve("spill")), 100));
        policy = new DigestPolicy(journal);
    }

    private void nextAttempt() throws Exception {
        journal.close();
        attempt(true);
    }

    private static ObjectDigest ofTag(int parts, Trust trust) {
        return new ObjectDigest(DigestKind.MD5, "0".repeat(32), parts, 5, trust);
    }

    @Test
    void aChecksumIsNeverDoubted() throws Exception {
        for (int id = 0; id < 10; id++) {
            assertThat(policy.mismatched("a", id, STATED, true)).isEqualTo(REFETCH);
        }
    }

    @Test
    void whatMayBeNoDigestIsFetchedTwiceUntilTheSourceIsKnown() throws Exception {
        assertThat(policy.mismatched("a", 1, PARTS, false)).isEqualTo(REFETCH);
        assertThat(policy.mismatched("a", 1, PARTS, true)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched("a", 2, PARTS, false)).isEqualTo(REFETCH);
        assertThat(policy.mismatched("a", 2, PARTS, true)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched("a", 3, PARTS, true)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched("a", 4, PARTS, false)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched("b", 5, PARTS, false)).isEqualTo(REFETCH);
    }

    @Test
    void oneWrongMd5AloneIsADamagedObjectAndTwoAreNone() throws Exception {
        assertThat(policy.mismatched("a", 1, ETAG, true)).isEqualTo(REFETCH_LAST);
        assertThat(policy.mismatched("a", 1, ETAG, true)).isEqualTo(REFETCH_LAST);
        assertThat(policy.mismatched("a", 2, ETAG, true)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched("a", 1, ETAG, true)).isEqualTo(NO_DIGEST);
    }

    @Test
    void oneObjectWhoseETagIsItsDigestSpeaksForTheOthersOfItsForm() throws Exception {
        policy.matched("a", ETAG);
        assertThat(policy.mismatched("a", 1, ETAG, true)).isEqualTo(REFETCH);
        assertThat(policy.mismatched("a", 2, ETAG, true)).isEqualTo(REFETCH);
        assertThat(policy.mismatched("a", 3, PARTS, true)).isEqualTo(NO_DIGEST);
        policy.matched("a", PARTS);
        assertThat(policy.mismatched("a", 4, PARTS, true)).isEqualTo(REFETCH);
    }

    @Test
    void whatWasFoundOutHoldsInTheNextAttemptToo() throws Exception {
        policy.matched("a", PARTS);
        assertThat(policy.mismatched("b", 1, ETAG, true)).isEqualTo(REFETCH_LAST);
        nextAttempt();
        assertThat(policy.mismatched("a", 2, PARTS, true)).isEqualTo(REFETCH);
        assertThat(policy.mismatched("b", 1, ETAG, true)).isEqualTo(REFETCH_LAST);
        assertThat(policy.mismatched("b", 2, ETAG, true)).isEqualTo(NO_DIGEST);
        nextAttempt();
        assertThat(policy.mismatched("b", 3, ETAG, true)).isEqualTo(NO_DIGEST);
        nextAttempt();
        assertThat(policy.mismatched("b", 4, ETAG, false)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched("b", 1, PARTS, false)).isEqualTo(REFETCH);
    }
}
