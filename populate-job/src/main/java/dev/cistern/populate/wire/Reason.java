package dev.cistern.populate.wire;

/// Why a run ended without success. Terminal reasons are final: another attempt would end the same way until a person
/// changes something. The others are worth another attempt.
public enum Reason {
    /// The run's specification contradicts itself or asks for something the engine does not do.
    INVALID_CONFIGURATION("InvalidConfiguration", true),
    /// The store does not know the credentials, or their signature does not match.
    INVALID_CREDENTIALS("InvalidCredentials", true),
    /// The store knows who asks, and refuses.
    ACCESS_DENIED("AccessDenied", true),
    /// There is no bucket of that name at that endpoint.
    NO_SUCH_BUCKET("NoSuchBucket", true),
    /// The prefix names one object, and there is none of that name.
    NO_SUCH_OBJECT("NoSuchObject", true),
    /// The prefix, after `include` and `exclude`, holds nothing to copy.
    EMPTY_SOURCE("EmptySource", true),
    /// A key cannot become a path below the target.
    UNSAFE_KEY("UnsafeKey", true),
    /// The volume is smaller than what it is to hold.
    INSUFFICIENT_SPACE("InsufficientSpace", true),
    /// The bytes that arrived, again and again, are not those that the store or the specification pins.
    DIGEST_MISMATCH("DigestMismatch", true),
    /// The source holds more objects than the engine accepts.
    TOO_MANY_OBJECTS("TooManyObjects", true),
    /// The store's listing cannot be followed to its end.
    LISTING_INCOMPLETE("ListingIncomplete", true),
    /// The store does not answer, or answers that it cannot serve now.
    SOURCE_UNAVAILABLE("SourceUnavailable", false),
    /// The store answers, but no byte has come for too long.
    SOURCE_STALLED("SourceStalled", false),
    /// An object kept changing while it was copied.
    OBJECT_CHANGED("ObjectChanged", false),
    /// The target file system failed.
    TARGET_IO_ERROR("TargetIoError", false),
    /// The process was asked to stop before it was done.
    INTERRUPTED("Interrupted", false),
    /// A bug in the engine.
    INTERNAL_ERROR("InternalError", false);

    private final String wireName;
    private final boolean terminal;

    Reason(String wireName, boolean terminal) {
        this.wireName = wireName;
        this.terminal = terminal;
    }

    /// The name in JSON, in events and in conditions, for example `NoSuchBucket`.
    public String wireName() {
        return wireName;
    }

    /// Whether another attempt would be pointless.
    public boolean terminal() {
        return terminal;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
