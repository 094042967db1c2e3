package dev.cistern.populate.engine;

import static dev.cistern.populate.engine.DigestPolicy.Verdict.AGAIN;
import static dev.cistern.populate.engine.DigestPolicy.Verdict.AGAIN_AT_THE_END;
import static dev.cistern.populate.engine.DigestPolicy.Verdict.NO_DIGEST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectDigest.Trust;
import org.junit.jupiter.api.Test;

class DigestPolicyTest {
    private static final ObjectDigest STATED = ObjectDigest.whole(DigestKind.CRC32C, "00000000");
    private static final ObjectDigest ETAG = ofTag(0, Trust.LIKELY);
    private static final ObjectDigest PARTS = ofTag(3, Trust.GUESSED);

    private final DigestPolicy policy = new DigestPolicy();

    private static ObjectDigest ofTag(int parts, Trust trust) {
        return new ObjectDigest(DigestKind.MD5, "0".repeat(32), parts, 5, trust);
    }

    @Test
    void aChecksumIsNeverDoubted() {
        for (int id = 0; id < 10; id++) {
            assertThat(policy.mismatched(0, id, STATED, true)).isEqualTo(AGAIN);
        }
    }

    @Test
    void whatMayBeNoDigestIsFetchedTwiceUntilTheSourceIsKnown() {
        assertThat(policy.mismatched(0, 1, PARTS, false)).isEqualTo(AGAIN);
        assertThat(policy.mismatched(0, 1, PARTS, true)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched(0, 2, PARTS, false)).isEqualTo(AGAIN);
        assertThat(policy.mismatched(0, 2, PARTS, true)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched(0, 3, PARTS, true)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched(0, 4, PARTS, false)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched(1, 5, PARTS, false)).isEqualTo(AGAIN);
    }

    @Test
    void oneWrongMd5AloneIsADamagedObjectAndTwoAreNone() {
        assertThat(policy.mismatched(0, 1, ETAG, true)).isEqualTo(AGAIN_AT_THE_END);
        assertThat(policy.mismatched(0, 1, ETAG, true)).isEqualTo(AGAIN_AT_THE_END);
        assertThat(policy.mismatched(0, 2, ETAG, true)).isEqualTo(NO_DIGEST);
        assertThat(policy.mismatched(0, 1, ETAG, true)).isEqualTo(NO_DIGEST);
    }

    @Test
    void oneObjectWhoseETagIsItsDigestSpeaksForTheOthersOfItsForm() {
        policy.matched(0, ETAG);
        assertThat(policy.mismatched(0, 1, ETAG, true)).isEqualTo(AGAIN);
        assertThat(policy.mismatched(0, 2, ETAG, true)).isEqualTo(AGAIN);
        assertThat(policy.mismatched(0, 3, PARTS, true)).isEqualTo(NO_DIGEST);
        policy.matched(0, PARTS);
        assertThat(policy.mismatched(0, 4, PARTS, true)).isEqualTo(AGAIN);
    }
}
