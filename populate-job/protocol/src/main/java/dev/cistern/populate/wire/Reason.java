package dev.cistern.populate.wire;

/// Why a run failed, and the class of the failure. Failures of the request are terminal: a retry would fail in the same
/// way until a user changes something. The others may be retried.
public enum Reason {
    /// The run's specification is inconsistent or requests something unsupported.
    INVALID_CONFIGURATION("InvalidConfiguration", Fault.REQUEST),
    /// The store does not know the credentials, or their signature does not match.
    INVALID_CREDENTIALS("InvalidCredentials", Fault.REQUEST),
    /// The store knows the identity and refuses it access.
    ACCESS_DENIED("AccessDenied", Fault.REQUEST),
    /// There is no bucket of that name at that endpoint.
    NO_SUCH_BUCKET("NoSuchBucket", Fault.REQUEST),
    /// The prefix names one object, and there is none of that name.
    NO_SUCH_OBJECT("NoSuchObject", Fault.REQUEST),
    /// The prefix, after `include` and `exclude`, contains nothing to copy.
    EMPTY_SOURCE("EmptySource", Fault.REQUEST),
    /// A key cannot become a path below the target.
    UNSAFE_KEY("UnsafeKey", Fault.REQUEST),
    /// The volume is too small.
    INSUFFICIENT_SPACE("InsufficientSpace", Fault.REQUEST),
    /// Repeated fetches did not match the digest of the store or the specification.
    DIGEST_MISMATCH("DigestMismatch", Fault.REQUEST),
    /// The source contains more objects than the engine supports.
    TOO_MANY_OBJECTS("TooManyObjects", Fault.REQUEST),
    /// The store's listing is incomplete.
    LISTING_INCOMPLETE("ListingIncomplete", Fault.REQUEST),
    /// The credentials expired; renewed ones may work in the next attempt.
    CREDENTIALS_EXPIRED("CredentialsExpired", Fault.STORE),
    /// The store does not respond, or reports that it is unavailable.
    SOURCE_UNAVAILABLE("SourceUnavailable", Fault.STORE),
    /// The store responds, but has sent no data for too long.
    SOURCE_STALLED("SourceStalled", Fault.STORE),
    /// An object kept changing while it was copied.
    OBJECT_CHANGED("ObjectChanged", Fault.RUN),
    /// The target file system failed.
    TARGET_IO_ERROR("TargetIoError", Fault.RUN),
    /// The process was asked to stop before it was done.
    INTERRUPTED("Interrupted", Fault.CLUSTER),
    /// A bug in the engine.
    INTERNAL_ERROR("InternalError", Fault.RUN);

    private final String wireName;
    private final Fault fault;

    Reason(String wireName, Fault fault) {
        this.wireName = wireName;
        this.fault = fault;
    }

    /// The name in JSON, in events and in conditions, for example `NoSuchBucket`.
    public String wireName() {
        return wireName;
    }

    /// The class of the failure.
    public Fault fault() {
        return fault;
    }

    /// Whether a retry is pointless.
    public boolean terminal() {
        return fault == Fault.REQUEST;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
