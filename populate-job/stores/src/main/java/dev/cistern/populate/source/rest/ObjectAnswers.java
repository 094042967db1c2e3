package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceObject;
import org.jspecify.annotations.Nullable;

/// What a store's answers say about an object.
public interface ObjectAnswers extends StoreErrors {
    /// The version that an answer is about, in the form that [SourceObject#version] has; null where it does not say.
    @Nullable String version(ObjectHead head);

    /// Whether two versions are of the same content.
    default boolean same(String version, String other) {
        return version.equals(other);
    }

    /// The digest of a whole object, by an answer about it.
    ///
    /// @param listedVersion what was listed, for an answer that leaves something out; null where it is not known
    @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listedVersion);

    /// The digest of an object without bytes, where its version tells that it has none; null where that has to be asked.
    default @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return null;
    }

    /// Whether an answer shows that an object can be had only from its first byte to its last by one request: the store serves no parts, or
    /// nothing would show that two parts are of different versions.
    default boolean wholeOnly(ObjectHead head) {
        return false;
    }

    /// The error that a body tells although it came with the status of a good answer; null where it tells none.
    default @Nullable ErrorAnswer errorIn(ObjectHead head, String document) {
        return null;
    }

    /// Whether a body that tells an error is the object all the same, by what was listed.
    default boolean isObject(SourceObject object, byte[] body) {
        return false;
    }
}
