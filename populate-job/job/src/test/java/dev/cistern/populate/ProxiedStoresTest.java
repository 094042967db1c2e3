package dev.cistern.populate;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.cistern.doubles.gcs.AccessTokens;
import dev.cistern.doubles.gcs.ServiceAccountKey;
import dev.cistern.doubles.gcs.StrictGcs;
import dev.cistern.doubles.gcs.TokenServices;
import dev.cistern.doubles.oci.Artifact;
import dev.cistern.doubles.oci.StrictRegistry;
import dev.cistern.doubles.oss.Accounts;
import dev.cistern.doubles.oss.StrictOss;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.FillRequest;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.TestProxy;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.HttpAuth;
import dev.cistern.populate.wire.HttpSpec;
import dev.cistern.populate.wire.OciAuth;
import dev.cistern.populate.wire.OciReference;
import dev.cistern.populate.wire.OciSpec;
import dev.cistern.populate.wire.OssAddressing;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.OssSpec;
import dev.cistern.populate.wire.ProxySpec;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.SourceSpec;
import dev.cistern.populate.wire.StoreSpec;
import dev.cistern.populate.wire.TlsSpec;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each store by a name that only the proxy knows.
class ProxiedStoresTest {
    private static final byte[] CONTENT = "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    @TempDir Path directory;
    private final TestProxy proxy = new TestProxy();
    private final Map<String, String> environment = new HashMap<>();

    ProxiedStoresTest() throws IOException {}

    @BeforeEach
    void user() {
        proxy.wants("user", "secret");
        environment.put("CISTERN_SOURCE_0_PROXY_USERNAME", "user");
        environment.put("CISTERN_SOURCE_0_PROXY_PASSWORD", "secret");
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
    }

    private static String hidden(String endpoint) {
        return endpoint.replace("127.0.0.1", "store.invalid").replace("localhost", "store.invalid");
    }

    private void assertFilled(StoreSpec store, String name)
            throws FillException, InterruptedException, IOException {
        SourceSpec spec =
                new SourceSpec(
                        store,
                        "",
                        List.of(),
                        List.of(),
                        null,
                        new ProxySpec(
                                "http://" + proxy.address(),
                                null,
                                List.of(),
                                ProxySpec.SetBy.BACKEND));
        MemoryBudget budget = MemoryBudget.of(96 << 20);
        try (Source source = new Stores(environment, budget, Proxies.NONE).open(0, spec)) {
            FillRequest request =
                    new FillRequest(
                            new DirectoryTarget(Files.createDirectory(directory.resolve("to"))),
                            List.of(new FillRequest.Input(source, "", List.of(), List.of(), null)),
                            0,
                            Verify.FULL,
                            0,
                            2,
                            budget,
                            false,
                            true,
                            new FillRequest.Timing(10_000, 10_000, 5, 50));
            new Fill(request, new Meter(), FaultPoints.NONE).run();
        }
        assertThat(directory.resolve("to").resolve(name)).hasBinaryContent(CONTENT);
        assertThat(proxy.asked())
                .isNotEmpty()
                .allMatch(asked -> asked.contains("http://store.invalid:"))
                .noneMatch(asked -> asked.endsWith("without authorization"));
    }

    @Test
    void s3() throws Exception {
        try (FaultyS3 server = new FaultyS3()) {
            server.put("t/x", CONTENT);
            environment.put("CISTERN_SOURCE_0_ACCESS_KEY_ID", FaultyS3.KEY_ID);
            environment.put("CISTERN_SOURCE_0_SECRET_ACCESS_KEY", FaultyS3.SECRET);
            assertFilled(
                    new S3Spec(
                            hidden(server.endpoint()),
                            "us-east-1",
                            true,
                            TlsSpec.PLATFORM,
                            FaultyS3.BUCKET,
                            "t/",
                            new S3Auth.AccessKey()),
                    "x");
        }
    }

    @Test
    void gcs() throws Exception {
        AccessTokens tokens = new AccessTokens();
        ServiceAccountKey key = ServiceAccountKey.of("reader@test-project.iam.gserviceaccount.com");
        try (TokenServices services = new TokenServices(tokens);
                StrictGcs store = new StrictGcs(tokens)) {
            services.accepts(key);
            store.put("t/x", CONTENT);
            Path file =
                    Files.writeString(directory.resolve("key.json"), key.file(services.tokenUri()));
            GcsSpec spec =
                    new GcsSpec(
                            hidden(store.endpoint()),
                            TlsSpec.PLATFORM,
                            StrictGcs.BUCKET,
                            "t/",
                            null,
                            new GcsAuth.ServiceAccountKey(file.toString()),
                            null);
            assertFilled(spec, "x");
        }
    }

    @Test
    void oss() throws Exception {
        try (StrictOss store = new StrictOss(new Accounts())) {
            store.publicRead(true);
            store.put("t/x", CONTENT);
            assertFilled(
                    new OssSpec(
                            hidden(store.endpoint()),
                            StrictOss.REGION,
                            OssAddressing.PATH,
                            TlsSpec.PLATFORM,
                            StrictOss.BUCKET,
                            "t/",
                            false,
                            new OssAuth.Anonymous()),
                    "x");
        }
    }

    @Test
    void oci() throws Exception {
        try (StrictRegistry registry = new StrictRegistry()) {
            new Artifact(registry, "models/llama").file("x", CONTENT).push("v1");
            assertFilled(
                    new OciSpec(
                            hidden(registry.endpoint()),
                            OciReference.parse("models/llama:v1"),
                            null,
                            TlsSpec.PLATFORM,
                            new OciAuth.Anonymous()),
                    "x");
        }
    }

    @Test
    void http() throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
        server.createContext(
                "/",
                exchange -> {
                    boolean head = exchange.getRequestMethod().equals("HEAD");
                    if (head) {
                        exchange.getResponseHeaders().set("Content-Length", "" + CONTENT.length);
                    }
                    exchange.sendResponseHeaders(200, head ? -1 : CONTENT.length);
                    if (!head) {
                        exchange.getResponseBody().write(CONTENT);
                    }
                    exchange.close();
                });
        server.start();
        try {
            assertFilled(
                    new HttpSpec(
                            "http://store.invalid:" + server.getAddress().getPort() + "/d/",
                            "x",
                            null,
                            null,
                            List.of(),
                            List.of(),
                            TlsSpec.PLATFORM,
                            HttpAuth.ANONYMOUS),
                    "x");
        } finally {
            server.stop(0);
        }
    }
}
