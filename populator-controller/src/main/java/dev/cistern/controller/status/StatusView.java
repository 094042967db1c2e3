package dev.cistern.controller.status;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.Subject;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// What is seen of one object at one moment, for its status.
sealed interface StatusView {
    /// The object.
    About about();

    /// @param subject which object
    /// @param uid of this life of it
    /// @param generation of what it asks for
    /// @param conditions that its status has now
    record About(Subject subject, String uid, long generation, List<Condition> conditions) {}

    /// An object that PVCs name.
    ///
    /// @param resolution what a PVC that named it now would come to
    /// @param runs of all PVCs that name it
    /// @param waiting PVCs that name it and have no run
    /// @param inert what it asks for that this version does not do, besides filling PVCs
    record Source(
            About about,
            Resolution resolution,
            List<VolumePopulation> runs,
            List<ClaimKey> waiting,
            List<String> inert)
            implements StatusView {}

    /// A StorageBackend.
    ///
    /// @param typeSupported whether this version reads that type of store
    /// @param unsupported the first field that this version cannot use, and why; empty when there is none
    /// @param runs that read from it, also as it was before
    /// @param asItIs whether a run reads from it as it is now; others say nothing about it. Takes some time: not to be asked of each run
    record Backend(
            About about,
            boolean typeSupported,
            Optional<String> unsupported,
            List<VolumePopulation> runs,
            Predicate<VolumePopulation> asItIs)
            implements StatusView {}

    /// An object of a kind that this version does not serve.
    record Unserved(About about) implements StatusView {}
}
