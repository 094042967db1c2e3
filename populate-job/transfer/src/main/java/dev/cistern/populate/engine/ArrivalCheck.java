package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Compares objects that have arrived with what the store, and the specification, say of them.
final class ArrivalCheck {
    /// One object alone cannot tell which it is, and a damaged one must not pass.
    private static final String UNDECIDED =
            "; the same bytes came each time, so either the object is damaged in the store or the"
                    + " ETags of this store are no digests, which no other object here tells";

    private final CopyContext context;
    private final ObjectDescriber describer;
    private final DigestPolicy policy;

    /// Why an object that has arrived is not complete.
    ///
    /// @param what is wrong, for people
    /// @param arrival what has arrived; null where it is of no use to know
    /// @param atTheEnd whether it is to be fetched again after all others
    record Wrong(String what, ObjectCopy.@Nullable Arrival arrival, boolean atTheEnd) {}

    ArrivalCheck(CopyContext context, ObjectDescriber describer) {
        this.context = context;
        this.describer = describer;
        this.policy = new DigestPolicy(context.journal());
    }

    /// Compares an object with the store's digest; null when it is right, or there is none.
    ///
    /// @param digest of what arrived, of kind [ObjectCopy#kind]
    @Nullable Wrong compare(ObjectCopy copy, long digest)
            throws IOException, FillException, InterruptedException {
        if (!learnParts(copy)) {
            return new Wrong("the object changed after it was copied", null, false);
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
        // There is one way of having no bytes: an ETag that is not their digest is none.
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
            case AGAIN -> new Wrong(mismatch, arrival, false);
            case AGAIN_AT_THE_END -> new Wrong(mismatch + UNDECIDED, arrival, true);
        };
    }

    private void couldNotVerify(ObjectCopy copy) {
        copy.couldNotVerify();
        context.meter().couldNotVerify();
    }

    /// A digest over parts may have come with the bytes; how large the parts are is another question to the store. False when the object
    /// has changed.
    private boolean learnParts(ObjectCopy copy) throws FillException, InterruptedException {
        ObjectDigest offered = copy.offered();
        if (offered == null || offered.parts() == 0 || offered.partSize() > 0) {
            return true;
        }
        ObjectDetails details = describer.describe(copy.entry, copy.object);
        copy.expect(details.digest());
        return Objects.equals(details.object().version(), copy.object.version());
    }

    /// The SHA-256 of an object, compared with the one that the specification pins; null where neither is asked for.
    ///
    /// @throws FillException when it is another
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
