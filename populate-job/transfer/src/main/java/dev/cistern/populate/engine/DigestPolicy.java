package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.target.Hash64;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The single place that decides what a digest mismatch means.
///
/// A stated checksum is authoritative: a mismatch means wrong bytes. That an ETag is a digest is an assumption, as is
/// the size of parts; so on a mismatch the object is fetched again in different ranges. If the bytes differ this time,
/// they were damaged in transit. If they are the same twice, either the store's copy is damaged or the ETag is not a
/// digest; other objects of the source show which. These findings are kept in the journal for later attempts, which do
/// not compare completed objects again.
final class DigestPolicy {
    /// After this many refuted and no confirmed ETags the form is settled for a source: further objects are not fetched
    /// twice.
    private static final int SETTLED = 3;

    /// What to do about a mismatch.
    enum Verdict {
        /// It is not a digest of the bytes: accept them as unverified.
        NO_DIGEST,
        /// Fetch the object again.
        REFETCH,
        /// Fetch the object again after all others, which may show what this store's ETags are.
        REFETCH_LAST
    }

    /// Findings about one source's digests of one form.
    private static final class Evidence {
        private final long form;
        private boolean matched;
        private final Set<Long> refuted;

        Evidence(long form, Journal.Findings before) {
            this.form = form;
            this.matched = before.matched();
            this.refuted = new HashSet<>(before.refuted());
        }
    }

    private static final long FORM_SEED = 0x666f726dL;

    private final Journal journal;
    private final Map<Long, Evidence> forms = new HashMap<>();

    /// @param journal stores the findings
    DigestPolicy(Journal journal) {
        this.journal = journal;
    }

    private Evidence evidence(String source, ObjectDigest digest) {
        String text = source + "\n" + digest.kind() + (digest.parts() > 0 ? " parts" : "");
        return forms.computeIfAbsent(
                Hash64.of(FORM_SEED, text, text.length()),
                form -> new Evidence(form, journal.previousFindings(form)));
    }

    /// Records a match.
    ///
    /// @param source its name
    synchronized void matched(String source, ObjectDigest digest) throws IOException {
        Evidence evidence = evidence(source, digest);
        if (!evidence.matched) {
            evidence.matched = true;
            journal.matched(evidence.form);
        }
    }

    /// Decides about a mismatch.
    ///
    /// @param source its name
    /// @param id of the object
    /// @param twice whether two different requests returned the same bytes
    synchronized Verdict mismatched(String source, long id, ObjectDigest digest, boolean twice)
            throws IOException {
        if (digest.trust() == ObjectDigest.Trust.STATED) {
            return Verdict.REFETCH;
        }
        Evidence evidence = evidence(source, digest);
        if (evidence.matched) {
            return Verdict.REFETCH;
        }
        if (twice && evidence.refuted.size() < SETTLED && evidence.refuted.add(id)) {
            journal.refuted(evidence.form, id);
        }
        int refuted = evidence.refuted.size();
        if (refuted >= SETTLED) {
            return Verdict.NO_DIGEST;
        }
        if (!twice) {
            return Verdict.REFETCH;
        }
        return switch (digest.trust()) {
            case GUESSED -> Verdict.NO_DIGEST;
            // A single object may be the damaged one.
            case LIKELY -> refuted > 1 ? Verdict.NO_DIGEST : Verdict.REFETCH_LAST;
            case STATED -> Verdict.REFETCH;
        };
    }
}
