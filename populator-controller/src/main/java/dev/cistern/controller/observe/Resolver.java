package dev.cistern.controller.observe;

import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.oss.v1beta1.OSSVolumePopulatorSpec;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.ObjectVolumePopulatorSpec;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import dev.cistern.api.v1alpha1.storagebackendspec.Auth;
import dev.cistern.api.v1alpha1.storagebackendspec.Oss;
import dev.cistern.api.v1alpha1.volumepopulationspec.Pvc;
import dev.cistern.api.v1alpha1.volumepopulationspec.Source;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.ClaimPhase;
import dev.cistern.controller.model.Frozen;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.model.Why;
import dev.cistern.controller.plan.WireSources;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Resolves what a PVC's `dataSourceRef` names into the frozen copy of a run, or into the reason why there is none.
public final class Resolver {
    /// Not a namespace's name: a cluster-scoped object is checked without anybody's namespace in mind.
    private static final String ANY_NAMESPACE = "*";

    private final String populateNamespace;

    /// A resolver for an installation whose platform credentials live in `populateNamespace`.
    public Resolver(String populateNamespace) {
        this.populateNamespace = populateNamespace;
    }

    /// What the PVC's reference comes to now.
    public Resolution resolve(ClusterView view, Claim claim) {
        SourceRef ref = claim.source();
        String namespace = ref.namespace();
        if (namespace != null
                && !namespace.equals(claim.key().namespace())
                && !Grants.allow(view.grants(namespace), claim.key().namespace(), ref)) {
            return new Resolution.Waiting(
                    Why.REFERENCE_NOT_GRANTED,
                    "spec.dataSourceRef.namespace: no ReferenceGrant in namespace "
                            + namespace
                            + " allows PersistentVolumeClaims of namespace "
                            + claim.key().namespace()
                            + " to use "
                            + ref.display());
        }
        try {
            VolumePopulationSpec spec =
                    switch (ref.kind()) {
                        case OBJECT_VOLUME_POPULATOR ->
                                objectPopulator(
                                        view,
                                        claim,
                                        view.objectPopulator(orEmpty(namespace), ref.name())
                                                .filter(o -> !deleting(o.getMetadata()))
                                                .orElseThrow(() -> notFound(ref)));
                        case OSS_VOLUME_POPULATOR ->
                                ossPopulator(
                                        claim,
                                        view.ossPopulator(orEmpty(namespace), ref.name())
                                                .filter(o -> !deleting(o.getMetadata()))
                                                .orElseThrow(() -> notFound(ref)));
                        case DATASET ->
                                dataset(
                                        view,
                                        claim,
                                        view.dataset(ref.name())
                                                .filter(o -> !deleting(o.getMetadata()))
                                                .orElseThrow(() -> notFound(ref)));
                    };
            return new Resolution.Ready(new Frozen(spec, Fingerprint.of(spec, claim.retry())));
        } catch (Unresolved e) {
            return e.resolution;
        }
    }

    /// What a reference from the object's own namespace would come to, asked for no PVC in particular.
    public Resolution check(ClusterView view, SourceRef ref) {
        String namespace = ref.namespace();
        Claim claim =
                new Claim(
                        new ClaimKey(namespace == null ? ANY_NAMESPACE : namespace, "", ""),
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
                        null,
                        ref);
        return resolve(view, claim);
    }

    private static final class Unresolved extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Resolution resolution;

        Unresolved(Resolution resolution) {
            super(null, null, false, false);
            this.resolution = resolution;
        }
    }

    private static Unresolved notFound(SourceRef ref) {
        return new Unresolved(
                new Resolution.Waiting(
                        Why.SOURCE_NOT_FOUND,
                        "spec.dataSourceRef: there is no " + ref.display() + "; waiting for it"));
    }

    private static Unresolved unsupported(String field) {
        return new Unresolved(new Resolution.Refused(Why.UNSUPPORTED_SOURCE, field));
    }

    private static boolean deleting(ObjectMeta meta) {
        return meta.getDeletionTimestamp() != null;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private VolumePopulationSpec objectPopulator(
            ClusterView view, Claim claim, ObjectVolumePopulator populator) throws Unresolved {
        ObjectVolumePopulatorSpec spec = populator.getSpec();
        String name = claim.source().display() + ": spec.";
        if (spec.getMode() == ObjectVolumePopulatorSpec.Mode.DATAFLOW) {
            throw unsupported(
                    name + "mode: dataflow is not supported in this version; use generic");
        }
        List<Sources> sources = new ArrayList<>();
        boolean shared = false;
        boolean own = false;
        for (int i = 0; i < spec.getSources().size(); i++) {
            dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Sources given =
                    spec.getSources().get(i);
            String field = name + "sources[" + i + "].";
            Sources source = new Sources();
            StorageBackendSpec backend;
            if (given.getBackendRef() != null) {
                shared = true;
                backend = backend(view, claim, given.getBackendRef().getName());
                source.setBackendName(given.getBackendRef().getName());
            } else {
                own = true;
                backend = given.getBackend();
                String wrong = WireSources.unsupported(backend);
                if (wrong != null) {
                    throw unsupported(field + "backend." + wrong);
                }
            }
            source.setBackend(backend);
            BucketPath.parse(given.getPath()).into(source);
            source.setInto(given.getInto() == null ? "" : given.getInto());
            source.setInclude(given.getInclude());
            source.setExclude(given.getExclude());
            source.setSha256(given.getSha256());
            sources.add(source);
        }
        if (shared && own) {
            throw unsupported(
                    name
                            + "sources: backendRef and backend cannot be mixed: the Job runs either"
                            + " where the platform's credentials are or where yours are");
        }
        Generic generic = spec.getGeneric();
        if (shared && generic != null && generic.getServiceAccountName() != null) {
            throw unsupported(
                    name
                            + "generic.serviceAccountName: only with inline backends; with"
                            + " backendRef the Job runs as what the StorageBackend says");
        }
        oneServiceAccount(name, sources, generic);
        VolumePopulationSpec frozen =
                frozen(
                        claim,
                        populator.getMetadata(),
                        shared ? populateNamespace : claim.key().namespace());
        frozen.setSources(sources);
        frozen.setGeneric(generic);
        if (spec.getVerify() != null) {
            frozen.setVerify(
                    switch (spec.getVerify()) {
                        case FULL -> VolumePopulationSpec.Verify.FULL;
                        case SIZE -> VolumePopulationSpec.Verify.SIZE;
                    });
        }
        if (spec.getRetry() != null && spec.getRetry().getLimit() != null) {
            frozen.setRetryLimit(spec.getRetry().getLimit());
        }
        return frozen;
    }

    private static void oneServiceAccount(
            String name, List<Sources> sources, @Nullable Generic generic) throws Unresolved {
        Set<String> accounts = new HashSet<>();
        if (generic != null && generic.getServiceAccountName() != null) {
            accounts.add(generic.getServiceAccountName());
        }
        for (Sources source : sources) {
            Auth auth = source.getBackend().getAuth();
            if (auth.getMode() == Auth.Mode.IAM) {
                accounts.add(Objects.requireNonNullElse(auth.getIam().getServiceAccountName(), ""));
            }
        }
        if (accounts.size() > 1) {
            throw unsupported(
                    name
                            + "sources: all sources with auth.mode iam must name the same"
                            + " auth.iam.serviceAccountName: one Job runs as one ServiceAccount");
        }
    }

    private StorageBackendSpec backend(ClusterView view, Claim claim, String name)
            throws Unresolved {
        StorageBackend backend =
                view.backend(name)
                        .filter(b -> !deleting(b.getMetadata()))
                        .orElseThrow(
                                () ->
                                        new Unresolved(
                                                new Resolution.Waiting(
                                                        Why.BACKEND_NOT_FOUND,
                                                        claim.source().display()
                                                                + " names the StorageBackend "
                                                                + name
                                                                + ", which is not there; waiting"
                                                                + " for it")));
        List<String> allowed = backend.getSpec().getAllowedNamespaces();
        if (allowed != null
                && !allowed.contains("*")
                && !claim.key().namespace().equals(ANY_NAMESPACE)
                && !allowed.contains(claim.key().namespace())) {
            throw new Unresolved(
                    new Resolution.Waiting(
                            Why.BACKEND_NOT_ALLOWED,
                            "StorageBackend "
                                    + name
                                    + ": spec.allowedNamespaces does not list namespace "
                                    + claim.key().namespace()));
        }
        String wrong = WireSources.unsupported(backend.getSpec());
        if (wrong != null) {
            throw unsupported("StorageBackend " + name + ": spec." + wrong);
        }
        StorageBackendSpec spec = new StorageBackendSpec();
        spec.setType(backend.getSpec().getType());
        spec.setAuth(backend.getSpec().getAuth());
        spec.setS3(backend.getSpec().getS3());
        spec.setDigitalOceanSpaces(backend.getSpec().getDigitalOceanSpaces());
        spec.setOss(backend.getSpec().getOss());
        return spec;
    }

    private VolumePopulationSpec dataset(ClusterView view, Claim claim, Dataset dataset)
            throws Unresolved {
        Sources source = new Sources();
        String backendName = dataset.getSpec().getSource().getStorageBackendRef();
        source.setBackendName(backendName);
        source.setBackend(backend(view, claim, backendName));
        BucketPath.parse(dataset.getSpec().getSource().getPath()).into(source);
        source.setPrefix(BucketPath.tree(source.getPrefix()));
        source.setInclude(dataset.getSpec().getSource().getInclude());
        source.setExclude(dataset.getSpec().getSource().getExclude());
        VolumePopulationSpec frozen = frozen(claim, dataset.getMetadata(), populateNamespace);
        frozen.setSources(List.of(source));
        if (dataset.getSpec().getVerify() != null) {
            frozen.setVerify(
                    switch (dataset.getSpec().getVerify()) {
                        case FULL -> VolumePopulationSpec.Verify.FULL;
                        case SIZE -> VolumePopulationSpec.Verify.SIZE;
                    });
        }
        return frozen;
    }

    private VolumePopulationSpec ossPopulator(Claim claim, OSSVolumePopulator populator)
            throws Unresolved {
        OSSVolumePopulatorSpec spec = populator.getSpec();
        String name = claim.source().display() + ": spec.";
        if (spec.getMode() == OSSVolumePopulatorSpec.Mode.BMCPFSDATAFLOW) {
            throw unsupported(
                    name + "mode: bmcpfs-dataflow is not supported in this version; use generic");
        }
        dev.cistern.api.oss.v1beta1.ossvolumepopulatorspec.Generic given = spec.getGeneric();
        if (given != null && given.getRrsaConfigs() != null) {
            throw unsupported(
                    name + "generic.rrsaConfigs: is not supported in this version; use secretRef");
        }
        Auth auth = new Auth();
        if (given == null || given.getSecretRef() == null) {
            auth.setMode(Auth.Mode.ANONYMOUS);
        } else {
            auth.setMode(Auth.Mode.ACCESSKEY);
            auth.setAccessKeyIdSecretRef(
                    new SecretKeySelector("accessKeyId", given.getSecretRef(), null));
            auth.setSecretAccessKeySecretRef(
                    new SecretKeySelector("accessKeySecret", given.getSecretRef(), null));
        }
        Oss oss = new Oss();
        oss.setRegion(spec.getRegion());
        oss.setEndpoint(url(spec.getEndpoint()));
        StorageBackendSpec backend = new StorageBackendSpec();
        backend.setType(StorageBackendSpec.Type.OSS);
        backend.setAuth(auth);
        backend.setOss(oss);
        Sources source = new Sources();
        source.setBackend(backend);
        source.setBucket(spec.getBucket());
        source.setPrefix(
                BucketPath.tree(BucketPath.withoutLeadingSlashes(orEmpty(spec.getPath()))));
        VolumePopulationSpec frozen = frozen(claim, populator.getMetadata(), populateNamespace);
        frozen.setSources(List.of(source));
        if (given != null) {
            Generic generic = new Generic();
            generic.setLabels(given.getLabels());
            generic.setAnnotations(given.getAnnotations());
            generic.setAffinity(given.getAffinity());
            generic.setTolerations(given.getTolerations());
            generic.setThroughput(given.getThroughput());
            frozen.setGeneric(generic);
        }
        return frozen;
    }

    private static String url(String endpoint) {
        String trimmed = endpoint;
        while (trimmed.endsWith("/")) {
            trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        return trimmed.contains("://") ? trimmed : "https://" + trimmed;
    }

    private static VolumePopulationSpec frozen(
            Claim claim, ObjectMeta source, String primeNamespace) {
        Pvc pvc = new Pvc();
        pvc.setName(claim.key().name());
        pvc.setUid(claim.key().uid());
        Source from = new Source();
        from.setApiGroup(claim.source().kind().group());
        from.setKind(claim.source().kind().kind());
        from.setNamespace(claim.source().namespace());
        from.setName(claim.source().name());
        from.setUid(source.getUid());
        from.setGeneration(source.getGeneration() == null ? 0 : source.getGeneration());
        VolumePopulationSpec spec = new VolumePopulationSpec();
        spec.setPvc(pvc);
        spec.setSource(from);
        spec.setPrimeNamespace(primeNamespace);
        spec.setCapacityBytes(claim.capacityBytes());
        return spec;
    }
}
