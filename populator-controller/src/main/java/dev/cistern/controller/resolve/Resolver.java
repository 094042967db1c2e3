package dev.cistern.controller.resolve;

import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.ClaimPhase;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.FeatureGates;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.RunSnapshot;
import dev.cistern.controller.model.SourceKind;
import dev.cistern.controller.model.SourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Resolves what a PVC's `dataSourceRef` names into the snapshot for a run, or into the reason why there is none.
public final class Resolver {
    private final ObjectPopulatorSnapshot objectPopulators;
    private final OssPopulatorSnapshot ossPopulators;
    private final DatasetSnapshot datasets;

    private final FeatureGates gates;

    /// A resolver for an installation with all features.
    public Resolver(PopulateNamespaces namespaces) {
        this(namespaces, FeatureGates.ALL);
    }

    /// A resolver for an installation whose platform credentials live in these namespaces.
    public Resolver(PopulateNamespaces namespaces, FeatureGates gates) {
        this.gates = gates;
        this.objectPopulators = new ObjectPopulatorSnapshot(namespaces.platform());
        this.ossPopulators = new OssPopulatorSnapshot(namespaces.oss());
        this.datasets = new DatasetSnapshot(namespaces.platform());
    }

    /// Resolves the PVC's reference.
    public Resolution resolve(ClusterView view, Claim claim) {
        SourceRef ref = claim.source();
        String namespace = ref.namespace();
        if (ref.kind() == SourceKind.UNKNOWN) {
            return new Resolution.Refused(EventReason.UNSUPPORTED_SOURCE, unknown(ref));
        }
        if (namespace != null
                && !namespace.equals(claim.key().namespace())
                && !Grants.allow(view.grants(namespace), claim.key().namespace(), ref)) {
            return new Resolution.Waiting(
                    EventReason.REFERENCE_NOT_GRANTED,
                    "spec.dataSourceRef.namespace: no ReferenceGrant in namespace "
                            + namespace
                            + " allows PersistentVolumeClaims of namespace "
                            + claim.key().namespace()
                            + " to use "
                            + ref.display());
        }
        if (!gates.volumePopulator()) {
            return new Resolution.Waiting(EventReason.FEATURE_DISABLED, gates.words());
        }
        try {
            VolumePopulationSpec spec = copy(view, claim);
            if (!gates.jobs() && spec.getMode() != VolumePopulationSpec.Mode.DATAFLOW) {
                return new Resolution.Waiting(
                        EventReason.FEATURE_DISABLED, "mode generic: " + gates.words());
            }
            Optional<Resolution.Waiting> refusal =
                    new RunAccess(view, claim.key().namespace()).refusal(spec);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            return new Resolution.Ready(new RunSnapshot(spec, Fingerprint.of(spec, claim.retry())));
        } catch (UnresolvedException e) {
            return e.resolution();
        }
    }

    private VolumePopulationSpec copy(ClusterView view, Claim claim) throws UnresolvedException {
        SourceRef ref = claim.source();
        String namespace = Objects.requireNonNullElse(ref.namespace(), "");
        return switch (ref.kind()) {
            case OBJECT_VOLUME_POPULATOR ->
                    objectPopulators.of(
                            view, claim, usable(view.objectPopulator(namespace, ref.name()), ref));
            case OSS_VOLUME_POPULATOR ->
                    ossPopulators.of(claim, usable(view.ossPopulator(namespace, ref.name()), ref));
            case DATASET -> datasets.of(view, claim, usable(view.dataset(ref.name()), ref));
            case UNKNOWN -> throw UnresolvedException.unsupported(unknown(ref));
        };
    }

    private static String unknown(SourceRef ref) {
        SourceKind closest = SourceKind.closest(ref.kindName());
        return "spec.dataSourceRef: there is no kind \""
                + ref.kindName()
                + "\" in group \""
                + ref.group()
                + "\" that volumes are filled from; did you mean kind: "
                + closest.kind()
                + ", apiGroup: "
                + closest.group()
                + "? A PVC's source cannot be changed: make the PVC anew";
    }

    private static <T extends HasMetadata> T usable(Optional<T> found, SourceRef ref)
            throws UnresolvedException {
        return found.filter(object -> object.getMetadata().getDeletionTimestamp() == null)
                .orElseThrow(
                        () ->
                                UnresolvedException.waiting(
                                        EventReason.SOURCE_NOT_FOUND,
                                        "spec.dataSourceRef: there is no "
                                                + ref.display()
                                                + "; waiting for it"));
    }

    /// Which features this installation has.
    public FeatureGates gates() {
        return gates;
    }

    /// Whether a run reads from a StorageBackend with its current spec, not an earlier one.
    public boolean readsFrom(VolumePopulation run, StorageBackend backend) {
        String now = Fingerprint.of(SharedBackends.store(backend.getSpec()));
        return run.getSpec().getSources().stream()
                .filter(s -> backend.getMetadata().getName().equals(s.getBackendName()))
                .anyMatch(source -> Fingerprint.of(source.getBackend()).equals(now));
    }

    /// Resolves a reference from the object's own namespace, independent of a PVC.
    public Resolution check(ClusterView view, SourceRef ref) {
        String namespace = ref.namespace();
        Claim claim =
                new Claim(
                        new ClaimKey(
                                namespace == null ? SharedBackends.ANY_NAMESPACE : namespace,
                                "",
                                ""),
                        "",
                        Instant.EPOCH,
                        false,
                        List.of(),
                        ClaimPhase.PENDING,
                        null,
                        null,
                        false,
                        false,
                        List.of(),
                        "0",
                        0,
                        null,
                        null,
                        false,
                        null,
                        ref);
        return resolve(view, claim);
    }
}
