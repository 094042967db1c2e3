package dev.cistern.test.server;

import dev.cistern.doubles.gcs.AccessTokens;
import dev.cistern.doubles.gcs.ServiceAccountKey;
import dev.cistern.doubles.gcs.StrictGcs;
import dev.cistern.doubles.gcs.TokenServices;
import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/// The process with the Google Cloud Storage double and its token services, where pods reach them.
///
/// Arguments: the address to listen on, the ports of the store and of the token services, and a directory. Files below
/// `objects/` in it become the bucket's objects, a name that ends with `.gz` one that is stored compressed;
/// `trust.properties`, if present, is a workload identity provider (`provider`, `issuer`, `audience`, `subject`,
/// `jwks`) whose principals may impersonate [#IMPERSONATED]. It writes the key of a service account that may read to
/// `key.json`.
public final class GcsServers {
    public static final String READER = "reader@test-project.iam.gserviceaccount.com";
    public static final String IMPERSONATED = "lake@test-project.iam.gserviceaccount.com";

    private GcsServers() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[3]);
        AccessTokens tokens = new AccessTokens();
        TokenServices services =
                new TokenServices(
                        tokens, new InetSocketAddress(args[0], Integer.parseInt(args[2])));
        StrictGcs store =
                new StrictGcs(tokens, new InetSocketAddress(args[0], Integer.parseInt(args[1])));
        Path objects = directory.resolve("objects");
        try (Stream<Path> files = Files.walk(objects)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String name = objects.relativize(file).toString();
                store.put(name, Files.readAllBytes(file), name.endsWith(".gz") ? "gzip" : null);
            }
        }
        Path trust = directory.resolve("trust.properties");
        if (Files.exists(trust)) {
            trust(services, trust);
        }
        ServiceAccountKey key = ServiceAccountKey.of(READER);
        services.accepts(key);
        // The caller waits for the file.
        Path written =
                Files.writeString(
                        directory.resolve("key.tmp"),
                        key.file("http://" + args[0] + ":" + args[2] + "/token"));
        Files.move(written, directory.resolve("key.json"));
        System.out.printf("store on %s:%s, tokens on port %s%n", args[0], args[1], args[2]);
        new CountDownLatch(1).await();
    }

    private static void trust(TokenServices services, Path file) throws IOException {
        Properties p = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            p.load(reader);
        }
        WebIdentity.Trust trust =
                new WebIdentity.Trust(
                        p.getProperty("issuer"),
                        p.getProperty("audience"),
                        p.getProperty("subject"),
                        p.getProperty("jwks"));
        services.trusts(
                p.getProperty("provider"),
                token -> WebIdentity.refusal(token, trust, Instant.now()).isEmpty());
        services.anyFederatedMayImpersonate(IMPERSONATED);
    }

    /// The command that starts it.
    public static List<String> command(
            String address, int storePort, int tokenPort, Path directory) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                GcsServers.class.getName(),
                address,
                String.valueOf(storePort),
                String.valueOf(tokenPort),
                directory.toString());
    }
}
