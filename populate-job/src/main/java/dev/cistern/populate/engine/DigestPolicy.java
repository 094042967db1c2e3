package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Decides what a digest means that what arrived has not: the only place that does.
///
/// A checksum was made to be compared: other bytes are wrong. That an ETag is a digest is a guess, as is the size of parts; so the
/// object is fetched once more, in other ranges. Bytes that differ are damaged on their way. Where they are the same twice, either the
/// store's copy is damaged or the ETag is no digest; which of both, the source's other objects tell.
final class DigestPolicy {
    /// So many objects whose ETags are no digests, and none whose is one, settle it for a source: the next are not fetched twice.
    private static final int SETTLED = 3;

    /// What is to be done about a digest that is not that of the bytes.
    enum Verdict {
        /// It is no digest of the bytes: take them, and say so.
        NO_DIGEST,
        /// Fetch them again.
        AGAIN,
        /// The same, after all other objects: they may tell what this store's ETags are.
        AGAIN_AT_THE_END
    }

    /// What is known of one source's digests of one form.
    private static final class Evidence {
        private long matched;
        private final Set<Long> refuted = new HashSet<>();
    }

    private final Map<String, Evidence> sources = new HashMap<>();

    private Evidence evidence(int input, ObjectDigest digest) {
        boolean parts = digest.parts() > 0;
        return sources.computeIfAbsent(
                input + " " + digest.kind() + (parts ? " parts" : ""), k -> new Evidence());
    }

    /// The bytes have the digest.
    synchronized void matched(int input, ObjectDigest digest) {
        evidence(input, digest).matched++;
    }

    /// The bytes have another digest.
    ///
    /// @param input which source
    /// @param id of the object
    /// @param twice whether the same bytes came twice, in different requests
    synchronized Verdict mismatched(int input, long id, ObjectDigest digest, boolean twice) {
        if (digest.trust() == ObjectDigest.Trust.STATED) {
            return Verdict.AGAIN;
        }
        Evidence evidence = evidence(input, digest);
        if (evidence.matched > 0) {
            return Verdict.AGAIN;
        }
        if (twice && evidence.refuted.size() < SETTLED) {
            evidence.refuted.add(id);
        }
        int refuted = evidence.refuted.size();
        if (refuted >= SETTLED) {
            return Verdict.NO_DIGEST;
        }
        if (!twice) {
            return Verdict.AGAIN;
        }
        return switch (digest.trust()) {
            case GUESSED -> Verdict.NO_DIGEST;
            // One object alone may be the damaged one.
            case LIKELY -> refuted > 1 ? Verdict.NO_DIGEST : Verdict.AGAIN_AT_THE_END;
            case STATED -> Verdict.AGAIN;
        };
    }
}
