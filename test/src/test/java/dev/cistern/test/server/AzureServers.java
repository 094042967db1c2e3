package dev.cistern.test.server;

import dev.cistern.doubles.azure.EntraServices;
import dev.cistern.doubles.azure.EntraTokens;
import dev.cistern.doubles.azure.StrictAzureBlob;
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

/// The process that holds a strict Azure Blob Storage and the services that give tokens for it, where pods reach them.
///
/// Arguments: the address to listen on, the ports of the store and of the token services, and a directory. What lies
/// below `blobs/` in it becomes the container's blobs, directories that are empty included; `trust.properties`, if
/// there, is what the identity [#IDENTITY] trusts (`issuer`, `audience`, `subject`, `jwks`). Into `key` it writes the
/// account's first key.
public final class AzureServers {
    public static final String APPLICATION = "aaaaaaaa-0000-0000-0000-000000000001";
    public static final String IDENTITY = "aaaaaaaa-0000-0000-0000-000000000002";
    public static final String CLIENT_SECRET = "application~secret";

    private AzureServers() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[3]);
        EntraTokens tokens = new EntraTokens();
        EntraServices entra =
                new EntraServices(
                        tokens, new InetSocketAddress(args[0], Integer.parseInt(args[2])));
        StrictAzureBlob store =
                new StrictAzureBlob(
                        tokens, new InetSocketAddress(args[0], Integer.parseInt(args[1])), null);
        store.hierarchical(true);
        Path blobs = directory.resolve("blobs");
        try (Stream<Path> files = Files.walk(blobs)) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                String name = blobs.relativize(file).toString();
                if (Files.isRegularFile(file)) {
                    store.put(name, Files.readAllBytes(file));
                } else if (!name.isEmpty()) {
                    store.directory(name);
                }
            }
        }
        entra.application(APPLICATION, CLIENT_SECRET);
        Path trust = directory.resolve("trust.properties");
        if (Files.exists(trust)) {
            trust(entra, trust);
        }
        // Whoever waits for the file may go on at once.
        Path written = Files.writeString(directory.resolve("key.tmp"), store.keys().get(0));
        Files.move(written, directory.resolve("key"));
        System.out.printf("store on %s:%s, tokens on port %s%n", args[0], args[1], args[2]);
        new CountDownLatch(1).await();
    }

    private static void trust(EntraServices entra, Path file) throws IOException {
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
        entra.trusts(IDENTITY, token -> WebIdentity.refusal(token, trust, Instant.now()).isEmpty());
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
                AzureServers.class.getName(),
                address,
                String.valueOf(storePort),
                String.valueOf(tokenPort),
                directory.toString());
    }
}
