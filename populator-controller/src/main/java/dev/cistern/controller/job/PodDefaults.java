package dev.cistern.controller.job;

import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.backend.Backends;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What all pods of Jobs of ours have.
public final class PodDefaults {
    /// Service meshes put a container beside ours that never ends, and take its connections over before it is ready. A populator
    /// that wants one in its own namespace says so in `generic.labels` or `generic.annotations`. Istio and Kuma look at labels first; their older
    /// versions, and the others, at annotations.
    private static final Map<String, String> NO_MESH_LABELS =
            Map.of("sidecar.istio.io/inject", "false", "kuma.io/sidecar-injection", "disabled");

    private static final Map<String, String> NO_MESH_ANNOTATIONS =
            Map.of(
                    "appmesh.k8s.aws/sidecarInjectorWebhook", "disabled",
                    "consul.hashicorp.com/connect-inject", "false",
                    "kuma.io/sidecar-injection", "disabled",
                    "linkerd.io/inject", "disabled",
                    "openservicemesh.io/sidecar-injection", "disabled",
                    "sidecar.istio.io/inject", "false");

    private PodDefaults() {}

    /// A pod's labels: the defaults, with what a cloud's webhook wants and what was asked over them.
    ///
    /// @param sources that the pod reads
    public static Map<String, String> labels(List<Sources> sources, Map<String, String> asked) {
        Map<String, String> labels = new TreeMap<>(NO_MESH_LABELS);
        for (Sources source : sources) {
            labels.putAll(Backends.of(source).podLabels(source.getBackend()));
        }
        return over(labels, asked);
    }

    /// A pod's annotations: the defaults with what was asked over them.
    public static Map<String, String> annotations(Map<String, String> asked) {
        return over(NO_MESH_ANNOTATIONS, asked);
    }

    /// Sorted, so that the same run gives the same Job.
    private static Map<String, String> over(
            Map<String, String> defaults, Map<String, String> asked) {
        Map<String, String> all = new TreeMap<>(defaults);
        all.putAll(asked);
        return all;
    }

    /// What a container may not.
    public static SecurityContext restricted() {
        return new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .build();
    }

    /// A place for temporary files.
    public static Volume temporary() {
        return new VolumeBuilder()
                .withName("tmp")
                .withNewEmptyDir()
                .withSizeLimit(new Quantity("64Mi"))
                .endEmptyDir()
                .build();
    }

    /// Where the container sees [#temporary].
    public static VolumeMount temporaryMount() {
        return new VolumeMountBuilder().withName("tmp").withMountPath("/tmp").build();
    }
}
