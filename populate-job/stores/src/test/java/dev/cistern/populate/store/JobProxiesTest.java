package dev.cistern.populate.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.ProxyServer;
import dev.cistern.populate.wire.ProxySpec;
import dev.cistern.populate.wire.ProxySpec.SetBy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The proxies that a Job is told.
class JobProxiesTest {
    private static final Origin STORE = Origin.of("https://store.example");

    private static Proxies proxies(
            @Nullable String https, SetBy by, Map<String, String> environment) {
        return JobProxies.of(new ProxySpec(null, https, List.of(".corp"), by), 3, environment);
    }

    @Test
    void userAndPasswordAreThoseOfTheSource() {
        ProxyServer proxy =
                Objects.requireNonNull(
                        proxies(
                                        "http://p:1",
                                        SetBy.BACKEND,
                                        Map.of(
                                                "CISTERN_SOURCE_3_PROXY_USERNAME", "user\n",
                                                "CISTERN_SOURCE_3_PROXY_PASSWORD", "secret\n",
                                                "CISTERN_SOURCE_0_PROXY_USERNAME", "other"))
                                .to(STORE));
        assertThat(proxy.user()).isEqualTo("user");
        assertThat(proxy.password()).isEqualTo("secret");
    }

    @Test
    void whatSomebodyInjectsIntoThePodIsNotHeard() {
        Map<String, String> injected =
                Map.of("HTTPS_PROXY", "http://x:1", "https_proxy", "http://x:1", "NO_PROXY", "*");
        assertThat(JobProxies.of(null, 0, injected).to(STORE)).isNull();
        assertThat(proxies("http://p:1", SetBy.BACKEND, injected).to(STORE))
                .hasToString("proxy http://p:1");
        assertThat(proxies(null, SetBy.BACKEND, injected).to(STORE)).isNull();
    }

    @Test
    void aProxyThatMakesNoSenseIsNamedAfterWhoSetIt() {
        assertThatThrownBy(() -> proxies("https://p", SetBy.BACKEND, Map.of()).to(STORE))
                .hasMessageContaining("proxy.httpsProxy of the backend names a proxy by https://")
                .hasMessageContaining("give http://HOST:PORT");
        assertThatThrownBy(() -> proxies("http://p:0", SetBy.CONTROLLER, Map.of()).to(STORE))
                .hasMessageContaining("CISTERN_POPULATE_HTTPS_PROXY of the controller");
    }
}
