package dev.cistern.populate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Interpretation of the usual proxy variables.
class ProxiesTest {
    private static final Map<String, String> BOTH =
            Map.of("http_proxy", "http://plain:1", "HTTPS_PROXY", "http://secure:2");

    private static String to(Map<String, String> environment, String url) {
        return String.valueOf(Proxies.of(environment).to(Origin.of(url)));
    }

    @Test
    void eachSchemeHasItsOwn() {
        assertThat(to(BOTH, "http://store")).isEqualTo("proxy http://plain:1");
        assertThat(to(BOTH, "https://store")).isEqualTo("proxy http://secure:2");
        Map<String, String> all = new HashMap<>(Map.of("ALL_PROXY", "all:3", "HTTPS_PROXY", ""));
        assertThat(to(all, "http://store")).isEqualTo("proxy http://all:3");
        assertThat(to(all, "https://store")).isEqualTo("proxy http://all:3");
        all.put("https_proxy", "lower:4");
        all.put("HTTPS_PROXY", "upper:5");
        assertThat(to(all, "https://store")).isEqualTo("proxy http://lower:4");
        assertThat(to(Map.of(), "https://store")).isEqualTo("null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* | http://any.example | true",
                "example | http://example | true",
                "example | http://a.b.example | true",
                "example | http://notexample | false",
                ".example | http://a.example | true",
                ".example | http://example | true",
                "*.example | http://a.example | true",
                "EXAMPLE | http://a.Example | true",
                "other, example | http://a.example | true",
                "other example | http://a.example | true",
                "example:9000 | http://example:9000 | true",
                "example:9000 | http://example | false",
                "example:80 | http://example | true",
                "example:443 | https://example | true",
                "10.1.2.3 | http://10.1.2.3:9000 | true",
                "10.1.2.3 | http://10.1.2.4 | false",
                "10.1.2.3:9000 | http://10.1.2.3:9000 | true",
                "10.1.2.3:9001 | http://10.1.2.3:9000 | false",
                "10.0.0.0/8 | http://10.200.0.1 | true",
                "10.0.0.0/8 | http://11.0.0.1 | false",
                "10.16.0.0/12 | http://10.31.255.255 | true",
                "10.16.0.0/12 | http://10.32.0.0 | false",
                "0.0.0.0/0 | http://1.2.3.4 | true",
                "10.0.0.0/8 | http://ten.example | false",
                "::1 | http://[::1]:9000 | true",
                "[::1] | http://[::1]:9000 | true",
                "[::1]:9000 | http://[::1]:9000 | true",
                "[::1]:9001 | http://[::1]:9000 | false",
                "fd00::/8 | http://[fd12::1] | true",
                "fd00::/8 | http://[2001:db8::1] | false",
                "',, ,' | http://example | false"
            })
    void whatIsReachedWithout(String exempt, String url, boolean without) {
        Map<String, String> environment = new HashMap<>(BOTH);
        environment.put("NO_PROXY", exempt);
        assertThat(to(environment, url).equals("null")).isEqualTo(without);
    }

    /// Whoever asks a proxy for these gets the proxy's identity, or tells it this machine's.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254",
                "http://169.254.170.2",
                "http://169.254.170.23/v1/credentials",
                "http://[fd00:ec2::23]/v1/credentials",
                "http://[fd00:ec2::254]",
                "http://[fe80::1]",
                "http://metadata.google.internal",
                "http://100.100.100.200"
            })
    void whatServesThisMachineAloneIsNeverReachedThroughAProxy(String url) {
        assertThat(to(BOTH, url)).isEqualTo("null");
        assertThat(Proxies.inCluster(setting(), setting(), List.of()).to(Origin.of(url))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://169.253.1.1", "http://[fd00:ec3::23]", "http://100.100.100.201"})
    void whatOnlyLooksLikeThatIs(String url) {
        assertThat(to(BOTH, url)).isEqualTo("proxy http://plain:1");
    }

    private static Proxies.Setting setting() {
        return new Proxies.Setting(
                new ProxySetting("proxy.x", "http://HOST:PORT", "do this", "do that"),
                "http://p:1",
                "user",
                "secret");
    }

    @ParameterizedTest
    @CsvSource({
        "http://minio, false",
        "http://minio.team-a.svc:9000, false",
        "https://minio.team-a.svc.cluster.local, false",
        "http://localhost:9000, false",
        "http://127.0.0.1:9000, false",
        "http://minio.corp, false",
        "http://10.1.2.3, false",
        "http://minio.team-a, true",
        "http://store.example, true",
        "http://notsvc, false",
        "http://a.notsvc, true",
        "https://[2001:db8::1], true"
    })
    void aJobReachesItsClusterWithout(String url, boolean through) {
        Proxies proxies =
                Proxies.inCluster(setting(), setting(), List.of(".corp", "10.0.0.0/8", " "));
        assertThat(proxies.to(Origin.of(url)) != null).isEqualTo(through);
        assertThat(setting()).hasToString("proxy.x");
    }

    @Test
    void userAndPasswordMayBeGivenApart() {
        ProxyServer proxy =
                java.util.Objects.requireNonNull(
                        Proxies.inCluster(null, setting(), List.of())
                                .to(Origin.of("https://store.example")));
        assertThat(proxy).hasToString("proxy http://p:1");
        assertThat(proxy.authorization()).isEqualTo("Basic dXNlcjpzZWNyZXQ=");
        assertThat(proxy.refused(Origin.of("https://s"), 407))
                .hasMessage(
                        "proxy http://p:1 answers HTTP 407 for https://s: it does not accept user"
                                + " user with this password; do this");
        assertThat(proxy.refused(Origin.of("https://s"), 403))
                .hasMessageContaining("allow it there, or do that");
        assertThat(Proxies.inCluster(null, setting(), List.of()).to(Origin.of("http://s.example")))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"socks5://h:1", "https://h:1", "http://", "http://h:99999", "http://a b:1"})
    void whatMakesNoSenseIsSaidWhenItIsNeeded(String value) {
        Proxies proxies = Proxies.of(Map.of("HTTPS_PROXY", value));
        assertThat(proxies.to(Origin.of("http://store"))).isNull();
        assertThatThrownBy(() -> proxies.to(Origin.of("https://store")))
                .hasMessageContaining("HTTPS_PROXY")
                .hasMessageContaining("http://[USER:PASSWORD@]HOST:PORT");
    }

    @Test
    void whatIsAskedOfAProxy() {
        ProxyServer proxy =
                ProxyServer.parse(
                        ProxySetting.variable("http_proxy"), "http://us%20er:p%40ss@h", null, null);
        Origin origin = Origin.of("https://[::1]:8443");
        assertThat(new String(proxy.connect(origin), StandardCharsets.ISO_8859_1))
                .isEqualTo(
                        "CONNECT [::1]:8443 HTTP/1.1\r\n"
                                + "host: [::1]:8443\r\n"
                                + "proxy-authorization: Basic dXMgZXI6cEBzcw==\r\n\r\n");
        byte[] request =
                "GET //a?b HTTP/1.1\r\nhost: s\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        assertThat(
                        new String(
                                proxy.forwarded(request, Origin.of("http://s:81")),
                                StandardCharsets.ISO_8859_1))
                .isEqualTo(
                        "GET http://s:81//a?b HTTP/1.1\r\n"
                                + "proxy-authorization: Basic dXMgZXI6cEBzcw==\r\n"
                                + "host: s\r\n\r\n");
        assertThat(proxy).hasToString("proxy http://h");
    }
}
