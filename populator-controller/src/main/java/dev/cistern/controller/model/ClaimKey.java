package dev.cistern.controller.model;

/// A PVC including its UID: one of the same name with another UID is a different claim.
///
/// @param namespace of the PVC
/// @param name of the PVC
/// @param uid of the PVC; names of everything that belongs to its run derive from it
public record ClaimKey(String namespace, String name, String uid) {
    /// `namespace/name`.
    public String display() {
        return namespace + "/" + name;
    }
}
