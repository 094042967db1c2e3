package dev.cistern.controller.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.Proxy;
import dev.cistern.controller.backend.BackendProxy;
import dev.cistern.controller.backend.Credentials;
import dev.cistern.controller.model.JobProxy;
import dev.cistern.populate.wire.ProxySpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.List;
import org.junit.jupiter.api.Test;

class SourceProxyTest {
    private static final JobProxy OF_ALL =
            new JobProxy("http://all:1", null, List.of(".corp"), "proxy");

    private static StorageBackendSpec backend(Proxy proxy) {
        StorageBackendSpec backend = new StorageBackendSpec();
        backend.setProxy(proxy);
        return backend;
    }

    @Test
    void aBackendThatSaysNothingHasTheProxyOfAllJobs() {
        BackendProxy proxy = SourceProxy.of(new StorageBackendSpec(), OF_ALL);
        assertThat(proxy.spec())
                .isEqualTo(
                        new ProxySpec(
                                "http://all:1",
                                null,
                                List.of(".corp"),
                                ProxySpec.SetBy.CONTROLLER));
        // A namespace need not have the Secret.
        assertThat(proxy.variables())
                .containsExactly(
                        new Credentials.Variable(
                                "PROXY_USERNAME", new SecretKeySelector("username", "proxy", true)),
                        new Credentials.Variable(
                                "PROXY_PASSWORD",
                                new SecretKeySelector("password", "proxy", true)));
        assertThat(SourceProxy.of(new StorageBackendSpec(), JobProxy.NONE).spec()).isNull();
    }

    @Test
    void aBackendsOwnProxyReplacesItAndAnEmptyOneMeansNone() {
        Proxy own = new Proxy();
        own.setHttpsProxy("http://own:2");
        BackendProxy proxy = SourceProxy.of(backend(own), OF_ALL);
        assertThat(proxy.spec())
                .isEqualTo(new ProxySpec(null, "http://own:2", List.of(), ProxySpec.SetBy.BACKEND));
        assertThat(proxy.variables()).isEmpty();

        BackendProxy none = SourceProxy.of(backend(new Proxy()), OF_ALL);
        assertThat(none.spec()).isNull();
        assertThat(none.variables()).isEmpty();
    }
}
