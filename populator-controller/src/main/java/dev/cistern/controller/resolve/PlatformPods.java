package dev.cistern.controller.resolve;

import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What users may not ask of pods in the platform's namespaces. The controllers that put containers, volumes and files into pods take their
/// orders from labels and annotations: `sidecar.istio.io/proxyImage` names an image, `sidecar.istio.io/userVolume` a Secret, and
/// `vault.hashicorp.com/agent-inject-command` a command. In a namespace of their own users may do all that themselves; where the platform's
/// Secrets are they must not.
final class PlatformPods {
    /// Domains of keys that such controllers act on. A key is one of them, or of a name below.
    private static final List<String> INJECTORS =
            List.of(
                    "1password.io",
                    "apparmor.security.beta.kubernetes.io",
                    "appmesh.k8s.aws",
                    "azure.workload.identity",
                    "banzaicloud.com",
                    "banzaicloud.io",
                    "cni.cncf.io",
                    "conjur.org",
                    "dapr.io",
                    "datadoghq.com",
                    "dynatrace.com",
                    "hashicorp.com",
                    "infisical.com",
                    "istio.io",
                    "kuma.io",
                    "linkerd.io",
                    "newrelic.com",
                    "openservicemesh.io",
                    "opentelemetry.io");

    /// Values that turn an injection off, as anybody may.
    private static final Set<String> OFF = Set.of("false", "disabled");

    private PlatformPods() {}

    /// The first label or annotation that only the platform may set.
    ///
    /// @return the field and the problem; empty when there is none
    static Optional<String> refused(@Nullable Generic generic) {
        if (generic == null) {
            return Optional.empty();
        }
        return refused("labels", generic.getLabels())
                .or(() -> refused("annotations", generic.getAnnotations()));
    }

    private static Optional<String> refused(String field, @Nullable Map<String, String> all) {
        return all == null
                ? Optional.empty()
                : new TreeMap<>(all)
                        .entrySet().stream()
                                .filter(e -> injects(e.getKey()) && !OFF.contains(e.getValue()))
                                .findFirst()
                                .map(
                                        e ->
                                                "generic."
                                                        + field
                                                        + ": "
                                                        + e.getKey()
                                                        + " asks for something to be put into the"
                                                        + " pod, and the Job runs in the platform's"
                                                        + " namespace: leave it out");
    }

    private static boolean injects(String key) {
        int slash = key.indexOf('/');
        String domain = slash < 0 ? "" : key.substring(0, slash).toLowerCase(Locale.ROOT);
        return INJECTORS.stream().anyMatch(i -> domain.equals(i) || domain.endsWith("." + i));
    }
}
