package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceObject;
import org.jspecify.annotations.Nullable;

/// Interprets a store's responses about objects.
public interface ObjectAnswers extends StoreErrors {
    /// The version in a response, in the form of [SourceObject#version]; null where there is none.
    @Nullable String version(ObjectHead head);

    /// Whether two versions are of the same content.
    default boolean same(String version, String other) {
        return version.equals(other);
    }

    /// The digest of a whole object in a response.
    ///
    /// @param listedVersion for a response that omits something; null where unknown
    @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listedVersion);

    /// The digest of an empty object, where its version shows that it is empty; null where that requires a request.
    default @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return null;
    }

    /// Whether a response shows that an object can only be fetched by one request for all of its bytes: the store
    /// serves no ranges, or nothing would show that two ranges are of different versions.
    default boolean wholeOnly(ObjectHead head) {
        return false;
    }

    /// The error in a body with a success status; null where there is none.
    default @Nullable ErrorAnswer errorIn(ObjectHead head, String document) {
        return null;
    }

    /// Whether a body that looks like an error is the object itself, by the listed version.
    default boolean isObject(SourceObject object, byte[] body) {
        return false;
    }
}
