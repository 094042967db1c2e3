package dev.cistern.populate.source.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.oci.StrictRegistry;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.FillRequest;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.Archives;
import dev.cistern.populate.testing.RegistryServer;
import dev.cistern.populate.testing.Tool;
import dev.cistern.populate.wire.OciAuth;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract against Distribution's registry, which ORAS pushes to.
class OciRegistryIT extends OciContract {
    @TempDir static Path work;
    private static @Nullable RegistryServer server;
    private static @Nullable Tool oras;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path pushed;

    private final TreeSet<String> files = new TreeSet<>();
    private final String repository = "models/it-" + Long.toHexString(System.nanoTime());

    @BeforeAll
    static void startServer() throws Exception {
        server = RegistryServer.start(work);
        oras = Tool.of("oras", work.resolve("oras"));
        oras().run(
                        "login",
                        "--plain-http",
                        "-u",
                        RegistryServer.USER,
                        "-p",
                        RegistryServer.PASSWORD,
                        server().host());
    }

    @AfterAll
    static void stopServer() {
        server().close();
    }

    @AfterEach
    void forget() {
        files.clear();
    }

    private static RegistryServer server() {
        return Objects.requireNonNull(server);
    }

    private static Tool oras() {
        return Objects.requireNonNull(oras);
    }

    private Source open(String artifact, String password) throws Exception {
        return Registry.open(
                Registry.spec(server().endpoint(), artifact, new OciAuth.Basic()),
                Map.of(
                        "CISTERN_SOURCE_0_USERNAME",
                        RegistryServer.USER,
                        "CISTERN_SOURCE_0_PASSWORD",
                        password));
    }

    @Override
    protected Source open(String prefix) throws Exception {
        return open(repository + ":v1/" + prefix, RegistryServer.PASSWORD);
    }

    @Override
    protected Source openMissing() throws Exception {
        return open("missing/repository:v1", RegistryServer.PASSWORD);
    }

    @Override
    protected Source openWithWrongKeys() throws Exception {
        return open(repository + ":v1", "wrong");
    }

    /// Distribution does not tell a repository that is not there from a tag that is not.
    @Override
    Reason missing() {
        return Reason.NO_SUCH_OBJECT;
    }

    @Override
    protected void put(String key, byte[] bytes) throws Exception {
        Path file = pushed.resolve(key);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, bytes);
        files.add(key);
        push();
    }

    @Override
    protected void remove(String key) throws Exception {
        files.remove(key);
        push();
    }

    private String push() throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "push",
                                "--plain-http",
                                "--registry-config",
                                work.resolve("oras/.docker/config.json").toString(),
                                server().host() + "/" + repository + ":v1"));
        arguments.addAll(files);
        return Tool.of("oras", pushed).run(arguments.toArray(String[]::new));
    }

    @Override
    void removeBlob(byte[] bytes) throws Exception {
        server().removeBlob(StrictRegistry.digest("sha256", bytes).substring("sha256:".length()));
    }

    /// ORAS writes what `docker login` writes.
    @Test
    void theFileThatALoginLeavesIsTakenAsItIs() throws Exception {
        put("a", Registry.random(100));
        String config = work.resolve("oras/.docker/config.json").toString();
        try (Source source =
                Registry.open(
                        Registry.spec(
                                server().endpoint(),
                                repository + ":v1",
                                new OciAuth.DockerConfig(config)),
                        Map.of())) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("a");
        }
        try (Source source =
                Registry.open(
                        Registry.spec(
                                server().endpoint(), repository + ":v1", new OciAuth.Anonymous()),
                        Map.of())) {
            assertThatThrownBy(() -> list(source)).satisfies(is(Reason.ACCESS_DENIED));
        }
    }

    @Test
    void theDigestThatAPushPrintsNamesTheSame() throws Exception {
        put("a", Registry.random(100));
        String digest =
                push().lines()
                        .filter(line -> line.startsWith("Digest: "))
                        .findFirst()
                        .orElseThrow()
                        .substring("Digest: ".length());
        put("b", Registry.random(200));
        try (Source source = open(repository + "@" + digest, RegistryServer.PASSWORD)) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("a");
        }
    }

    @Test
    void partsOfALargeBlobCanBeHad() throws Exception {
        put("large", Registry.random(17 << 20));
        try (Source source = open("")) {
            SourceObject object = list(source).getFirst().object();
            assertThat(source.describe(object).whole()).isFalse();
        }
    }

    private java.util.TreeMap<String, String> filled(String artifact, @Nullable String platform)
            throws Exception {
        Path target = Files.createDirectories(pushed.resolve("filled-" + System.nanoTime()));
        try (Source source =
                Registry.open(
                        Registry.spec(server().endpoint(), artifact, platform, new OciAuth.Basic()),
                        Map.of(
                                "CISTERN_SOURCE_0_USERNAME",
                                RegistryServer.USER,
                                "CISTERN_SOURCE_0_PASSWORD",
                                RegistryServer.PASSWORD))) {
            FillRequest request =
                    new FillRequest(
                            new DirectoryTarget(target),
                            List.of(new FillRequest.Input(source, "", List.of(), List.of(), null)),
                            0,
                            Verify.FULL,
                            0,
                            0,
                            MemoryBudget.of(256 << 20),
                            true,
                            false,
                            FillRequest.Timing.DEFAULT);
            new Fill(request, new Meter(), FaultPoints.NONE).run();
        }
        java.util.TreeMap<String, String> all = new java.util.TreeMap<>();
        try (Stream<Path> walk = Files.walk(target)) {
            for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
                all.put(target.relativize(file).toString(), Files.readString(file));
            }
        }
        return all;
    }

    /// ORAS packs what it is given as a directory.
    @Test
    void aDirectoryThatOrasPacksIsUnpacked() throws Exception {
        Files.createDirectories(pushed.resolve("dir/sub"));
        Files.writeString(pushed.resolve("dir/a"), "1");
        Files.writeString(pushed.resolve("dir/sub/b"), "2");
        files.add("dir");
        push();
        assertThat(filled(repository + ":v1", null))
                .containsExactly(Map.entry("dir/a", "1"), Map.entry("dir/sub/b", "2"));
    }

    /// crane puts images together of tars, and indexes of images.
    @Test
    void imagesOfSeveralLayersAndPlatformsAreTaken() throws Exception {
        Tool crane = Tool.of("crane", work.resolve("crane"));
        String name = server().host() + "/" + repository;
        crane.run(
                "auth",
                "login",
                server().host(),
                "-u",
                RegistryServer.USER,
                "-p",
                RegistryServer.PASSWORD);
        Path lower =
                Files.write(
                        work.resolve("lower.tar"),
                        new Archives.Tar()
                                .file("data/kept", "1")
                                .file("data/removed", "1")
                                .bytes());
        Path upper =
                Files.write(
                        work.resolve("upper.tar"),
                        new Archives.Tar()
                                .file("data/.wh.removed", "")
                                .file("data/added", "2")
                                .bytes());
        crane.run(
                "--insecure",
                "append",
                "--oci-empty-base",
                "-f",
                lower.toString(),
                "-f",
                upper.toString(),
                "-t",
                name + ":amd64",
                "--platform",
                "linux/amd64");
        crane.run(
                "--insecure",
                "append",
                "--oci-empty-base",
                "-f",
                lower.toString(),
                "-t",
                name + ":arm64");
        crane.run(
                "--insecure",
                "mutate",
                name + ":amd64",
                "--set-platform",
                "linux/amd64",
                "-t",
                name + ":amd64");
        crane.run(
                "--insecure",
                "mutate",
                name + ":arm64",
                "--set-platform",
                "linux/arm64",
                "-t",
                name + ":arm64");
        crane.run(
                "--insecure",
                "index",
                "append",
                "-m",
                name + ":amd64",
                "-m",
                name + ":arm64",
                "-t",
                name + ":all");
        assertThat(filled(repository + ":all", "linux/amd64"))
                .containsExactly(Map.entry("data/added", "2"), Map.entry("data/kept", "1"));
        assertThat(filled(repository + ":all/data/", "linux/arm64"))
                .containsExactly(Map.entry("kept", "1"), Map.entry("removed", "1"));
    }
}
