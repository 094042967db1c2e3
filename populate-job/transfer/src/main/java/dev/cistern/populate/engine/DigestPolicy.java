package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.target.Hash64;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Decides what a digest means that what arrived has not: the only place that does.
///
/// A checksum was made to be compared: other bytes are wrong. That an ETag is a digest is a guess, as is the size of parts; so the
/// object is fetched once more, in other ranges. Bytes that differ are damaged on their way. Where they are the same twice, either the
/// store's copy is damaged or the ETag is no digest; which of both, the source's other objects tell. They tell it to later attempts,
/// too, by the journal: those objects are done then, and nobody compares them again.
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
        private final long form;
        private boolean matched;
        private final Set<Long> refuted;

        Evidence(long form, Journal.Found before) {
            this.form = form;
            this.matched = before.matched();
            this.refuted = new HashSet<>(before.refuted());
        }
    }

    private static final long FORM_SEED = 0x666f726dL;

    private final Journal journal;
    private final Map<Long, Evidence> forms = new HashMap<>();

    /// @param journal keeps what is found out
    DigestPolicy(Journal journal) {
        this.journal = journal;
    }

    private Evidence evidence(String source, ObjectDigest digest) {
        String text = source + "\n" + digest.kind() + (digest.parts() > 0 ? " parts" : "");
        return forms.computeIfAbsent(
                Hash64.of(FORM_SEED, text, text.length()),
                form -> new Evidence(form, journal.foundBefore(form)));
    }

    /// The bytes have the digest.
    ///
    /// @param source its name
    synchronized void matched(String source, ObjectDigest digest) throws IOException {
        Evidence evidence = evidence(source, digest);
        if (!evidence.matched) {
            evidence.matched = true;
            journal.matched(evidence.form);
        }
    }

    /// The bytes have another digest.
    ///
    /// @param source its name
    /// @param id of the object
    /// @param twice whether the same bytes came twice, in different requests
    synchronized Verdict mismatched(String source, long id, ObjectDigest digest, boolean twice)
            throws IOException {
        if (digest.trust() == ObjectDigest.Trust.STATED) {
            return Verdict.AGAIN;
        }
        Evidence evidence = evidence(source, digest);
        if (evidence.matched) {
            return Verdict.AGAIN;
        }
        if (twice && evidence.refuted.size() < SETTLED && evidence.refuted.add(id)) {
            journal.refuted(evidence.form, id);
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
