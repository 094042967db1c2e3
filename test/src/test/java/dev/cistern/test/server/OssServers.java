package dev.cistern.test.server;

import dev.cistern.doubles.oss.Accounts;
import dev.cistern.doubles.oss.StrictOss;
import dev.cistern.doubles.oss.StrictSts;
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

/// The process that holds a strict Alibaba Cloud OSS and its Security Token Service, where pods reach them.
///
/// Arguments: the address to listen on, the ports of the store and of the token service, the bucket, and a directory.
/// What lies below `objects/` in it becomes the bucket's objects; a name that ends with `.link` becomes a symlink,
/// without the ending, to the object that the file names. `trust.properties`, if there, is a role that the cluster's
/// ServiceAccounts may assume (`role`, `provider`, `issuer`, `audience`, `subject`, `jwks`). Whoever has the key
/// [#KEY_ID] may read, too.
public final class OssServers {
    public static final String KEY_ID = "LTAI5tCISTERNTEST";
    public static final String SECRET = "cistern-test-secret";

    private OssServers() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[4]);
        Accounts accounts = new Accounts();
        accounts.key(KEY_ID, SECRET, "reader");
        StrictOss store =
                new StrictOss(
                        args[3],
                        accounts,
                        new InetSocketAddress(args[0], Integer.parseInt(args[1])),
                        null);
        Path objects = directory.resolve("objects");
        try (Stream<Path> files = Files.walk(objects)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String name = objects.relativize(file).toString();
                if (name.endsWith(".link")) {
                    store.symlink(
                            name.substring(0, name.length() - ".link".length()),
                            Files.readString(file));
                } else if (Files.size(file) > 10_000_000) {
                    store.putMultipart(name, Files.readAllBytes(file));
                } else {
                    store.put(name, Files.readAllBytes(file));
                }
            }
        }
        // Last, since a port that answers is what is waited for.
        StrictSts tokens =
                new StrictSts(
                        accounts, new InetSocketAddress(args[0], Integer.parseInt(args[2])), null);
        Path trust = directory.resolve("trust.properties");
        if (Files.exists(trust)) {
            trust(tokens, trust);
        }
        System.out.printf("store on %s:%s, tokens on port %s%n", args[0], args[1], args[2]);
        new CountDownLatch(1).await();
    }

    private static void trust(StrictSts tokens, Path file) throws IOException {
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
        tokens.trusts(
                p.getProperty("role"),
                p.getProperty("provider"),
                token -> WebIdentity.refusal(token, trust, Instant.now()).isEmpty());
    }

    /// The command that starts it.
    public static List<String> command(
            String address, int storePort, int tokenPort, String bucket, Path directory) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OssServers.class.getName(),
                address,
                String.valueOf(storePort),
                String.valueOf(tokenPort),
                bucket,
                directory.toString());
    }
}
