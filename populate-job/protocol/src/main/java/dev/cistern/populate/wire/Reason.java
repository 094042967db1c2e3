package dev.cistern.populate.wire;

/// Why a run ended without success, and whose fault that is. Reasons of what was asked are terminal: another attempt would end the same
/// way until a person changes something. The others are worth another attempt.
public enum Reason {
    /// The run's specification contradicts itself or asks for something the engine does not do.
    INVALID_CONFIGURATION("InvalidConfiguration", Fault.REQUEST),
    /// The store does not know the credentials, or their signature does not match.
    INVALID_CREDENTIALS("InvalidCredentials", Fault.REQUEST),
    /// The store knows the identity and refuses it access.
    ACCESS_DENIED("AccessDenied", Fault.REQUEST),
    /// There is no bucket of that name at that endpoint.
    NO_SUCH_BUCKET("NoSuchBucket", Fault.REQUEST),
    /// The prefix names one object, and there is none of that name.
    NO_SUCH_OBJECT("NoSuchObject", Fault.REQUEST),
    /// The prefix, after `include` and `exclude`, holds nothing to copy.
    EMPTY_SOURCE("EmptySource", Fault.REQUEST),
    /// A key cannot become a path below the target.
    UNSAFE_KEY("UnsafeKey", Fault.REQUEST),
    /// The volume is smaller than what it is to hold.
    INSUFFICIENT_SPACE("InsufficientSpace", Fault.REQUEST),
    /// The bytes that arrived, again and again, are not those that the store or the specification pins.
    DIGEST_MISMATCH("DigestMismatch", Fault.REQUEST),
    /// The source holds more objects than the engine accepts.
    TOO_MANY_OBJECTS("TooManyObjects", Fault.REQUEST),
    /// The store's listing cannot be followed to its end.
    LISTING_INCOMPLETE("ListingIncomplete", Fault.REQUEST),
    /// The store knew the credentials until they expired; whoever renews them does so for the next attempt.
    CREDENTIALS_EXPIRED("CredentialsExpired", Fault.STORE),
    /// The store does not answer, or answers that it cannot serve now.
    SOURCE_UNAVAILABLE("SourceUnavailable", Fault.STORE),
    /// The store answers, but no byte has come for too long.
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

    /// Whose fault it is.
    public Fault fault() {
        return fault;
    }

    /// Whether another attempt would be pointless.
    public boolean terminal() {
        return fault == Fault.REQUEST;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
