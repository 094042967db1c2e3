package dev.cistern.test.e2e;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.test.cluster.ServerProcess;
import dev.cistern.test.server.OssServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;

/// A strict Alibaba Cloud OSS beside the cluster: its objects are planted first, then it is started.
final class OssStore {
    static final int STORE_PORT = 29020;
    static final int TOKEN_PORT = 29021;
    static final String ROLE = "acs:ram::1234567890123456:role/oss-populator";
    static final String PROVIDER = "acs:ram::1234567890123456:oidc-provider/ack-rrsa-e2e";

    private final Cistern cistern;
    private final Path directory;
    private final String bucket;
    private final Map<String, String> digests = new TreeMap<>();

    /// @param directory for what the server is told
    OssStore(Cistern cistern, Path directory, String bucket) {
        this.cistern = cistern;
        this.directory = directory;
        this.bucket = bucket;
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    void plant(String name, byte[] bytes) {
        write("objects/" + name, bytes);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            digests.put(name, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    void plantSymlink(String name, String target) {
        write("objects/" + name + ".link", target.getBytes(StandardCharsets.UTF_8));
        digests.put(name, digests.getOrDefault(target, ""));
    }

    private void write(String name, byte[] bytes) {
        try {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The digests of what lies below a prefix, by the paths below it.
    Map<String, String> digests(String prefix) {
        Map<String, String> below = new TreeMap<>();
        digests.forEach(
                (name, digest) -> {
                    if (name.startsWith(prefix)) {
                        below.put(name.substring(prefix.length()), digest);
                    }
                });
        return below;
    }

    /// Lets a ServiceAccount of the cluster assume [#ROLE].
    ///
    /// @param subject such as `system:serviceaccount:team-a:reader`
    void trust(String subject) {
        Properties trust = new Properties();
        trust.setProperty("role", ROLE);
        trust.setProperty("provider", PROVIDER);
        trust.setProperty("audience", "sts.aliyuncs.com");
        trust.setProperty("subject", subject);
        String issuer = cistern.kubectl().run("get", "--raw", "/.well-known/openid-configuration");
        trust.setProperty("jwks", cistern.kubectl().run("get", "--raw", "/openid/v1/jwks"));
        Path file = directory.resolve("trust.properties");
        try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            trust.setProperty(
                    "issuer", new ObjectMapper().readTree(issuer).path("issuer").asText());
            trust.store(out, null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ServerProcess start() {
        return cistern.cluster()
                .startServer(
                        "oss",
                        OssServers.command(
                                cistern.cluster().serverAddress(),
                                STORE_PORT,
                                TOKEN_PORT,
                                bucket,
                                directory),
                        List.of(STORE_PORT, TOKEN_PORT),
                        cistern.output().resolve("oss.log"));
    }

    String endpoint() {
        return url(STORE_PORT);
    }

    String stsEndpoint() {
        return url(TOKEN_PORT);
    }

    private String url(int port) {
        return "http://" + cistern.cluster().serverAddress() + ":" + port;
    }
}
