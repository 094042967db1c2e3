package dev.cistern.controller.population.model;

import org.jspecify.annotations.Nullable;

/// A PV, as far as rebinding it needs.
///
/// @param name its name
/// @param resourceVersion guards writes
/// @param claimUid UID of the PVC that its `claimRef` names; null when it names none
/// @param populatedFor UID of the PVC that it was filled for; null when it was not filled by us
public record Volume(
        String name,
        String resourceVersion,
        @Nullable String claimUid,
        @Nullable String populatedFor) {
    /// Whether it was filled for this PVC and given to it.
    public boolean givenTo(String uid) {
        return uid.equals(claimUid) && uid.equals(populatedFor);
    }
}
