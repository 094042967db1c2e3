package dev.cistern.controller.status;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.storagebackendstatus.Probe;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.Subject;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// The observed state of one object, for its status.
sealed interface StatusView {
    /// The object.
    About about();

    /// @param subject which object
    /// @param uid its UID
    /// @param generation of its spec
    /// @param conditions its current conditions
    record About(Subject subject, String uid, long generation, List<Condition> conditions) {}

    /// An object that PVCs refer to.
    ///
    /// @param resolution of a PVC that names it now
    /// @param runs of all PVCs that name it
    /// @param waiting PVCs that name it and have no run
    /// @param inert its settings that have no effect in this version
    record Source(
            About about,
            Resolution resolution,
            List<VolumePopulation> runs,
            List<ClaimKey> waiting,
            List<String> inert)
            implements StatusView {}

    /// A StorageBackend.
    ///
    /// @param unsupported the first field that this version cannot use, and why; empty when there is none
    /// @param runs that read from it, also as it was before
    /// @param current whether a run reads from it with its current spec; others prove nothing about it. Expensive: not
    ///     to be called for each run
    /// @param probe the last probe of it as it is now
    /// @param disabled why there are no probes, where a feature is off
    record Backend(
            About about,
            Optional<String> unsupported,
            List<VolumePopulation> runs,
            Predicate<VolumePopulation> current,
            Optional<Probe> probe,
            Optional<String> disabled)
            implements StatusView {}

    /// An object of a kind that this version does not serve.
    record Unserved(About about) implements StatusView {}
}
