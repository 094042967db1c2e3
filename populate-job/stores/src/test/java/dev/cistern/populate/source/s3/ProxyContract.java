package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.TestProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A store behind a proxy. Both S3 clients use it.
abstract class ProxyContract extends ListingContract {
    private Source open(Map<String, String> environment, String endpoint) {
        S3Location location = S3Location.of(endpoint, "us-east-1", FaultyS3.BUCKET, true);
        AwsKeys keys = new AwsKeys(FaultyS3.KEY_ID, FaultyS3.SECRET, null);
        S3Api api = api(location, () -> keys, new Tls(null, false), Proxies.of(environment));
        return S3Source.of(location, "", api);
    }

    /// By a host name that only the proxy resolves.
    private String hidden(String scheme) {
        return server().endpoint().replace("http://127.0.0.1", scheme + "://store.invalid");
    }

    private SourceObject stored() {
        put("x", new byte[500]);
        return new SourceObject("x", 500, "", 0);
    }

    @Test
    void aPlainStoreIsAskedThroughAProxyByItsWholeName() throws Exception {
        SourceObject object = stored();
        try (TestProxy proxy = new TestProxy()) {
            proxy.wants("us er", "p@ss:word");
            String url = "http://us%20er:p%40ss%3Aword@" + proxy.address();
            try (Source source = open(Map.of("HTTP_PROXY", url), hidden("http"))) {
                Bytes sink = new Bytes();
                source.read(object, 0, 500, sink);
                assertThat(sink.taken.size()).isEqualTo(500);
                assertThat(list(source)).hasSize(1);
            }
            assertThat(proxy.asked())
                    .hasSize(2)
                    .allMatch(asked -> asked.startsWith("GET " + hidden("http") + "/bucket"));
        }
        assertThat(server().asked())
                .hasSize(2)
                .noneMatch(asked -> asked.headers().containsKey("proxy-authorization"));
    }

    @Test
    void aStoreOverTlsIsAskedForThroughATunnel() throws Exception {
        SourceObject object = stored();
        try (TestProxy proxy = new TestProxy();
                ServerSocket store = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            proxy.wants("user", "secret");
            // The tunnel is established and closed: traffic through one is tested with TLS.
            Thread.ofVirtual().start(() -> closeEach(store));
            String url = "http://user:secret@" + proxy.address();
            String authority = "store.invalid:" + store.getLocalPort();
            try (Source source = open(Map.of("https_proxy", url), "https://" + authority)) {
                assertThatThrownBy(() -> source.read(object, 0, 500, new Bytes()))
                        .isInstanceOf(SourceException.class);
            }
            assertThat(proxy.asked()).contains("CONNECT " + authority);
        }
    }

    private static void closeEach(ServerSocket listener) {
        while (!listener.isClosed()) {
            try {
                listener.accept().close();
            } catch (IOException e) {
                return;
            }
        }
    }

    @Test
    void whatIsExemptIsReachedWithoutTheProxy() throws Exception {
        SourceObject object = stored();
        try (TestProxy proxy = new TestProxy()) {
            Map<String, String> environment =
                    Map.of("http_proxy", proxy.address(), "no_proxy", "127.0.0.0/8");
            try (Source source = open(environment, server().endpoint())) {
                source.read(object, 0, 500, new Bytes());
            }
            assertThat(proxy.asked()).isEmpty();
        }
        assertThat(server().asked()).hasSize(1);
    }
}
