package dev.cistern.controller.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiCallsTest {
    @ParameterizedTest
    @CsvSource({
        "/api/v1/namespaces/a/persistentvolumeclaims/x, persistentvolumeclaims",
        "/api/v1/namespaces/a/persistentvolumeclaims, persistentvolumeclaims",
        "/api/v1/persistentvolumes/pv, persistentvolumes",
        "/apis/cistern.dev/v1alpha1/namespaces/a/volumepopulations/x/status,"
                + " volumepopulations/status",
        "/apis/cistern.dev/v1alpha1/datasets/x/status, datasets/status",
        "/apis/batch/v1/jobs, jobs",
        "/api/v1/namespaces/a, namespaces",
        "/apis/gateway.networking.k8s.io/v1beta1, discovery",
    })
    void aResourceIsNeverAName(String path, String resource) {
        assertThat(ApiCalls.resource(path)).isEqualTo(resource);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, http://h/api/v1/pods?watch=true, watch",
        "GET, http://h/api/v1/pods, get",
        "POST, http://h/x, create",
        "PATCH, http://h/x, patch",
        "DELETE, http://h/x, delete",
        "OPTIONS, http://h/x, other",
    })
    void verbsAreThoseOfAuditLogs(String method, URI uri, String verb) {
        assertThat(ApiCalls.verb(method, uri)).isEqualTo(verb);
    }
}
