package dev.cistern.controller.population.plan;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Pvc;
import dev.cistern.api.v1alpha1.volumepopulationspec.Source;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.RunSnapshot;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Map;
import java.util.regex.Pattern;

/// The `VolumePopulation` of a PVC: the record of its run, or of why it has none yet.
final class RunManifest {
    /// Names that the record's schema accepts; a reference in a PVC may be any text.
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private static final Pattern KIND = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,62}");

    private RunManifest() {}

    /// The run's record for a PVC.
    static VolumePopulation run(Claim claim, RunSnapshot snapshot) {
        VolumePopulation run = record(claim);
        run.getMetadata()
                .setAnnotations(
                        claim.retry() == null
                                ? Map.of(Names.ANNOTATION_FINGERPRINT, snapshot.fingerprint())
                                : Map.of(
                                        Names.ANNOTATION_FINGERPRINT,
                                        snapshot.fingerprint(),
                                        Names.ANNOTATION_RETRY,
                                        claim.retry()));
        run.setSpec(snapshot.spec());
        return run;
    }

    /// Whether a PVC's reference is valid in a record.
    static boolean canBeRecorded(Claim claim) {
        String namespace = claim.source().namespace();
        return KIND.matcher(claim.source().kindName()).matches()
                && NAME.matcher(claim.source().name()).matches()
                && (namespace == null || NAME.matcher(namespace).matches());
    }

    /// The record of a PVC without a run: its PVC and what that names.
    static VolumePopulation waiting(Claim claim) {
        Pvc pvc = new Pvc();
        pvc.setName(claim.key().name());
        pvc.setUid(claim.key().uid());
        Source source = new Source();
        source.setApiGroup(claim.source().group());
        source.setKind(claim.source().kindName());
        source.setNamespace(claim.source().namespace());
        source.setName(claim.source().name());
        VolumePopulationSpec spec = new VolumePopulationSpec();
        spec.setPvc(pvc);
        spec.setSource(source);
        VolumePopulation record = record(claim);
        record.setSpec(spec);
        return record;
    }

    private static VolumePopulation record(Claim claim) {
        VolumePopulation run = new VolumePopulation();
        run.setMetadata(
                new ObjectMetaBuilder()
                        .withName(Names.run(claim.key().uid()))
                        .withNamespace(claim.key().namespace())
                        .addToLabels(Names.LABEL_MANAGED_BY, Names.MANAGED_BY)
                        .addToLabels(Names.LABEL_UID, claim.key().uid())
                        .addNewOwnerReference()
                        .withApiVersion("v1")
                        .withKind("PersistentVolumeClaim")
                        .withName(claim.key().name())
                        .withUid(claim.key().uid())
                        .withController(true)
                        .withBlockOwnerDeletion(false)
                        .endOwnerReference()
                        .build());
        return run;
    }
}
