package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Verifies copied objects against the store's digest and against the SHA-256 pinned in the specification.
final class ObjectVerifier {
    /// Reported when a single object cannot show which of the two it is; a damaged object must not pass.
    private static final String UNDECIDED =
            "; the same bytes came each time, so either the object is damaged in the store or the"
                    + " ETags of this store are no digests, which no other object here tells";

    private final CopyContext context;
    private final ObjectDescriber describer;
    private final DigestPolicy policy;

    /// A failed verification.
    ///
    /// @param what is wrong, for the message
    /// @param arrival digest of the copied bytes; null where it does not help the next attempt
    /// @param refetchLast whether to fetch the object again only after all others
    record Mismatch(String what, ObjectCopy.@Nullable Arrival arrival, boolean refetchLast) {}

    ObjectVerifier(CopyContext context, ObjectDescriber describer) {
        this.context = context;
        this.describer = describer;
        this.policy = new DigestPolicy(context.journal());
    }

    /// Compares an object with the store's digest. Returns null when they match or the store has none.
    ///
    /// @param digest of the copied bytes, of kind [ObjectCopy#kind]
    @Nullable Mismatch compare(ObjectCopy copy, long digest)
            throws IOException, FillException, InterruptedException {
        if (!learnParts(copy)) {
            return new Mismatch("the object changed after it was copied", null, false);
        }
        boolean empty = copy.object.size() == 0;
        String mismatch = copy.mismatch(digest);
        ObjectDigest offered = copy.offered();
        if (offered == null) {
            boolean pinned = context.inputs().get(copy.entry.input()).sha256() != null;
            if (!empty && !pinned && context.verify() == Verify.FULL) {
                couldNotVerify(copy);
            }
            return null;
        }
        String source = describer.source(copy.entry).name();
        if (mismatch == null) {
            policy.matched(source, offered);
            return null;
        }
        ObjectCopy.Arrival arrival = new ObjectCopy.Arrival(copy.kind(), digest);
        // Every digest of zero bytes is known, so an ETag that differs is not a digest.
        boolean twice = empty || arrival.equals(copy.earlier());
        DigestPolicy.Verdict verdict = policy.mismatched(source, copy.id, offered, twice);
        if (empty) {
            return null;
        }
        return switch (verdict) {
            case NO_DIGEST -> {
                couldNotVerify(copy);
                yield null;
            }
            case REFETCH -> new Mismatch(mismatch, arrival, false);
            case REFETCH_LAST -> new Mismatch(mismatch + UNDECIDED, arrival, true);
        };
    }

    private void couldNotVerify(ObjectCopy copy) {
        copy.markUnverified();
        context.meter().couldNotVerify();
    }

    /// The store may have sent a digest over parts without their size; that takes another request. Returns false when
    /// the object has changed.
    private boolean learnParts(ObjectCopy copy) throws FillException, InterruptedException {
        ObjectDigest offered = copy.offered();
        if (offered == null || offered.parts() == 0 || offered.partSize() > 0) {
            return true;
        }
        ObjectDetails details = describer.describe(copy.entry, copy.object);
        copy.expect(details.digest());
        return Objects.equals(details.object().version(), copy.object.version());
    }

    /// Computes an object's SHA-256 and compares it with the pinned one. Returns null where neither is requested.
    ///
    /// @throws FillException when they differ
    @Nullable String sha256(ObjectCopy copy)
            throws IOException, FillException, InterruptedException {
        String pin = context.inputs().get(copy.entry.input()).sha256();
        if (pin == null && !context.wantsSha256()) {
            return null;
        }
        String actual = copy.sha256();
        if (pin != null && !actual.equals(pin)) {
            throw new FillException(
                    Reason.DIGEST_MISMATCH,
                    "object \""
                            + copy.object.id()
                            + "\" in "
                            + describer.source(copy.entry).name()
                            + " has sha256 "
                            + actual
                            + ", the specification pins "
                            + pin,
                    null);
        }
        return actual;
    }
}
