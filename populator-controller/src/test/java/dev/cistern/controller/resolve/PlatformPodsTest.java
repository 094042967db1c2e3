package dev.cistern.controller.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.api.v1alpha1.objectvolumepopulatorspec.Generic;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformPodsTest {
    private static Generic generic(Map<String, String> labels, Map<String, String> annotations) {
        Generic generic = new Generic();
        generic.setLabels(labels);
        generic.setAnnotations(annotations);
        return generic;
    }

    @ParameterizedTest
    @CsvSource({
        "sidecar.istio.io/inject, true, true",
        "sidecar.istio.io/proxyImage, registry.example.com/x, true",
        "sidecar.istio.io/userVolume, [], true",
        "vault.hashicorp.com/agent-inject-command-a, sh, true",
        "instrumentation.opentelemetry.io/inject-java, team-a/x, true",
        "Linkerd.io/inject, enabled, true",
        "azure.workload.identity/inject-proxy-sidecar, true, true",
        "k8s.v1.cni.cncf.io/networks, x, true",
        "sidecar.istio.io/inject, false, false",
        "kuma.io/sidecar-injection, disabled, false",
        "cluster-autoscaler.kubernetes.io/safe-to-evict, false, false",
        "karpenter.sh/do-not-disrupt, true, false",
        "example.com/istio.io, true, false",
        "notistio.io/x, true, false",
        "team, a, false"
    })
    void whatIsPutIntoPodsOfThePlatformIsThePlatforms(String key, String value, boolean refused) {
        Map<String, String> keys = Map.of(key, value);
        assertThat(PlatformPods.refused(generic(keys, Map.of())).isPresent()).isEqualTo(refused);
        assertThat(PlatformPods.refused(generic(Map.of(), keys)).isPresent()).isEqualTo(refused);
    }

    @Test
    void theFieldAndTheKeyAreTold() {
        assertThat(PlatformPods.refused(null)).isEmpty();
        assertThat(PlatformPods.refused(new Generic())).isEmpty();
        assertThat(
                        PlatformPods.refused(
                                generic(
                                        Map.of("team", "a"),
                                        Map.of("sidecar.istio.io/proxyImage", "x", "a", "b"))))
                .hasValueSatisfying(
                        text ->
                                assertThat(text)
                                        .startsWith(
                                                "generic.annotations: sidecar.istio.io/proxyImage"
                                                        + " asks for"));
    }
}
