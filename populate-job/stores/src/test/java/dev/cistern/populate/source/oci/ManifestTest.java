package dev.cistern.populate.source.oci;

import static dev.cistern.populate.source.oci.Registry.REPOSITORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.cistern.doubles.oci.Artifact;
import dev.cistern.doubles.oci.Fault;
import dev.cistern.doubles.oci.StrictRegistry;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.OciAuth;
import dev.cistern.populate.wire.OciSpec;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a tag may stand for: manifests, indexes, and what is neither.
class ManifestTest extends Listings {
    private static final String TITLE = "org.opencontainers.image.title";
    private final StrictRegistry registry = new StrictRegistry();

    ManifestTest() throws IOException {}

    @AfterEach
    void stop() {
        registry.close();
    }

    private Artifact artifact() {
        return new Artifact(registry, REPOSITORY);
    }

    private Source open(String artifact) throws SourceException {
        return Registry.open(registry, artifact);
    }

    private Source open(String artifact, String platform) throws SourceException {
        return Registry.open(
                Registry.spec(registry.endpoint(), artifact, platform, new OciAuth.Anonymous()),
                Map.of());
    }

    private void refused(Reason reason, String... words) throws Exception {
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThatThrownBy(() -> listed(source))
                    .satisfies(is(reason))
                    .message()
                    .contains(words);
        }
    }

    private JsonObject entry(String digest, @Nullable String platform) {
        JsonObject entry = new JsonObject();
        entry.addProperty("mediaType", StrictRegistry.OCI_MANIFEST);
        entry.addProperty("digest", digest);
        entry.addProperty("size", size(digest));
        if (platform != null) {
            String[] parts = platform.split("/");
            JsonObject json = new JsonObject();
            json.addProperty("os", parts[0]);
            json.addProperty("architecture", parts[1]);
            if (parts.length > 2) {
                json.addProperty("variant", parts[2]);
            }
            entry.add("platform", json);
        }
        return entry;
    }

    private final Map<String, Integer> sizes = new java.util.HashMap<>();

    private int size(String digest) {
        return sizes.getOrDefault(digest, 0);
    }

    private String manifest(String file) {
        Artifact made =
                artifact().file(file, file.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        String digest = made.push("made-" + file);
        sizes.put(digest, made.document().toString().length());
        return digest;
    }

    private String index(String tag, JsonObject... entries) {
        JsonArray manifests = new JsonArray();
        for (JsonObject entry : entries) {
            manifests.add(entry);
        }
        JsonObject index = new JsonObject();
        index.addProperty("schemaVersion", 2);
        index.addProperty("mediaType", StrictRegistry.OCI_INDEX);
        index.add("manifests", manifests);
        String digest = registry.manifest(REPOSITORY, StrictRegistry.OCI_INDEX, index.toString());
        registry.tag(REPOSITORY, tag, digest);
        sizes.put(digest, index.toString().length());
        return digest;
    }

    @Test
    void aDigestIsTakenAsWellAsATag() throws Exception {
        String digest = artifact().file("a", new byte[10]).push("v1");
        artifact().file("b", new byte[10]).push("v1");
        try (Source source = open(REPOSITORY + "@" + digest)) {
            assertThat(paths(source)).containsExactly("a");
            assertThat(source.name()).endsWith(REPOSITORY + "@" + digest);
        }
    }

    /// What a run has begun with is what its later attempts read.
    @Test
    void whatATagStoodForIsReadAgain() throws Exception {
        String platform = Platform.here().toString();
        index("v1", entry(manifest("one"), platform));
        String revision;
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(source.revision()).isNull();
            assertThat(paths(source)).containsExactly("one");
            revision = source.revision();
            assertThat(revision).isEqualTo(manifest("one"));
        }
        index("v1", entry(manifest("two"), platform));
        OciSpec spec =
                Registry.spec(registry.endpoint(), REPOSITORY + ":v1", new OciAuth.Anonymous());
        try (Source source = Registry.open((OciSpec) spec.at(String.valueOf(revision)), Map.of())) {
            assertThat(paths(source)).containsExactly("one");
            assertThat(source.revision()).isEqualTo(revision);
            assertThat(source.name()).endsWith(REPOSITORY + ":v1");
        }
    }

    @Test
    void blobsNamedBySha512AreRead() throws Exception {
        byte[] bytes = Registry.random(100);
        artifact()
                .described(
                        "application/octet-stream",
                        registry.blob(REPOSITORY, "sha512", bytes),
                        100,
                        Map.of(TITLE, "x"))
                .push("v1");
        try (Source source = open(REPOSITORY + ":v1")) {
            SourceContract.Bytes sink = new SourceContract.Bytes();
            source.read(listed(source).getFirst(), 0, 100, sink);
            assertThat(sink.taken.toByteArray()).isEqualTo(bytes);
            assertThat(sink.digest).isNotNull().matches(d -> d.value().length() == 128);
        }
    }

    @Test
    void anIndexIsChosenFromByPlatform() throws Exception {
        index(
                "v1",
                entry(manifest("amd64-v3"), "linux/amd64/v3"),
                entry(manifest("amd64"), "linux/amd64"),
                entry(manifest("arm64"), "linux/arm64/v8"),
                entry(manifest("arm-v6"), "linux/arm/v6"),
                entry(manifest("arm-v7"), "linux/arm/v7"),
                entry(manifest("windows"), "windows/amd64"));
        for (String[] pair :
                new String[][] {
                    {"linux/amd64", "amd64"},
                    {"linux/amd64/v3", "amd64-v3"},
                    {"linux/arm64", "arm64"},
                    {"linux/arm64/v8", "arm64"},
                    {"linux/arm/v7", "arm-v7"},
                    {"windows/amd64", "windows"}
                }) {
            try (Source source = open(REPOSITORY + ":v1", pair[0])) {
                assertThat(paths(source)).as(pair[0]).containsExactly(pair[1]);
            }
        }
        try (Source source = open(REPOSITORY + ":v1", "linux/riscv64")) {
            assertThatThrownBy(() -> listed(source))
                    .satisfies(is(Reason.INVALID_CONFIGURATION))
                    .hasMessageContaining("nothing for linux/riscv64")
                    .hasMessageContaining("linux/arm/v7")
                    .hasMessageContaining("oci.platform");
        }
    }

    @Test
    void withoutAPlatformThisMachinesIsTaken() throws Exception {
        String here = Platform.here().toString();
        index("v1", entry(manifest("other"), "plan9/mips"), entry(manifest("mine"), here));
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(paths(source)).containsExactly("mine");
        }
    }

    @Test
    void anIndexOfOneForNoPlatformIsThatOne() throws Exception {
        index("v1", entry(manifest("one"), null));
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(paths(source)).containsExactly("one");
        }
        index("v1", entry(manifest("one"), null), entry(manifest("two"), null));
        refused(Reason.INVALID_CONFIGURATION, "nothing for", "name a digest");
    }

    @Test
    void whatVouchesForAnImageIsNoImage() throws Exception {
        JsonObject attestation = entry(manifest("attestation"), "unknown/unknown");
        JsonObject annotations = new JsonObject();
        annotations.addProperty("vnd.docker.reference.type", "attestation-manifest");
        attestation.add("annotations", annotations);
        index("v1", attestation, entry(manifest("image"), Platform.here().toString()));
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(paths(source)).containsExactly("image");
        }
    }

    @Test
    void indexesOfIndexesEnd() throws Exception {
        String inner = manifest("inner");
        String here = Platform.here().toString();
        for (int depth = 0; depth < 4; depth++) {
            inner = index("v1", entry(inner, here));
        }
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(paths(source)).containsExactly("inner");
        }
        index("v1", entry(inner, here));
        refused(Reason.INVALID_CONFIGURATION, "more than 4 deep");
    }

    @Test
    void dockersTypesAreTaken() throws Exception {
        JsonObject document = artifact().file("a", new byte[3]).document();
        document.addProperty("mediaType", "application/vnd.docker.distribution.manifest.v2+json");
        registry.tag(
                REPOSITORY,
                "v1",
                registry.manifest(
                        REPOSITORY,
                        "application/vnd.docker.distribution.manifest.v2+json; charset=utf-8",
                        document.toString()));
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(paths(source)).containsExactly("a");
        }
    }

    @Test
    void aDocumentThatNamesNoTypeIsKnownByWhatItLists() throws Exception {
        JsonObject document = artifact().file("a", new byte[3]).document();
        document.remove("mediaType");
        registry.tag(REPOSITORY, "v1", registry.manifest(REPOSITORY, "", document.toString()));
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(paths(source)).containsExactly("a");
        }
    }

    @Test
    void schema1IsRefusedWithWords() throws Exception {
        registry.tag(
                REPOSITORY,
                "v1",
                registry.manifest(
                        REPOSITORY,
                        "application/vnd.docker.distribution.manifest.v1+prettyjws",
                        "{\"schemaVersion\":1,\"fsLayers\":[],\"history\":[]}"));
        refused(Reason.INVALID_CONFIGURATION, "schema 1", "skopeo copy");
    }

    @Test
    void whatCanBeReadInTwoWaysIsRefused() throws Exception {
        JsonObject both = artifact().file("a", new byte[3]).document();
        both.add("manifests", new JsonArray());
        registry.tag(
                REPOSITORY,
                "v1",
                registry.manifest(REPOSITORY, StrictRegistry.OCI_MANIFEST, both.toString()));
        refused(Reason.INVALID_CONFIGURATION, "both manifests and layers");
        JsonObject other = artifact().file("a", new byte[3]).document();
        registry.tag(
                REPOSITORY,
                "v1",
                registry.manifest(REPOSITORY, StrictRegistry.OCI_INDEX, other.toString()));
        refused(Reason.INVALID_CONFIGURATION, "calls itself");
        other.remove("mediaType");
        registry.tag(
                REPOSITORY,
                "v1",
                registry.manifest(REPOSITORY, StrictRegistry.OCI_INDEX, other.toString()));
        refused(Reason.INVALID_CONFIGURATION, "and lists layers");
    }

    @Test
    void whatIsNoManifestIsRefused() throws Exception {
        for (String document :
                new String[] {
                    "{}",
                    "[]",
                    "not json",
                    "{\"schemaVersion\":2,\"layers\":[{\"size\":1}]}",
                    "{\"schemaVersion\":2,\"layers\":[{\"digest\":\"md5:00\",\"size\":1}]}",
                    "{\"schemaVersion\":2,\"layers\":[{\"digest\":\"sha256:00\",\"size\":1}]}",
                    "{\"mediaType\":\"application/vnd.oci.artifact.manifest.v1+json\",\"blobs\":[]}"
                }) {
            registry.tag(REPOSITORY, "v1", registry.manifest(REPOSITORY, "", document));
            refused(Reason.INVALID_CONFIGURATION, "v1 of repository models/llama");
        }
    }

    @Test
    void aManifestWithoutEndIsRefused() throws Exception {
        String digest = artifact().file("a", new byte[3]).push("v1");
        byte[] tooLong = new byte[Manifests.MAX_BYTES + 1];
        java.util.Arrays.fill(tooLong, (byte) ' ');
        registry.faults(asked -> new Fault.Other(200, Map.of(), tooLong));
        refused(Reason.INVALID_CONFIGURATION, "more than 4194304 bytes");
        // Without a length in its head.
        registry.manifest(
                REPOSITORY, "", new String(tooLong, java.nio.charset.StandardCharsets.UTF_8));
        registry.tag(REPOSITORY, "v1", StrictRegistry.digest("sha256", tooLong));
        registry.faults(asked -> new Fault.Chunked());
        refused(Reason.INVALID_CONFIGURATION, "more than 4194304 bytes");
        assertThat(digest).isNotEmpty();
    }

    @Test
    void aManifestIsComparedWithItsDigest() throws Exception {
        String digest = artifact().file("a", new byte[3]).push("v1");
        registry.faults(asked -> asked.kind().equals("manifests") ? new Fault.Flip(20) : null);
        try (Source source = open(REPOSITORY + "@" + digest)) {
            assertThatThrownBy(() -> listed(source))
                    .satisfies(is(Reason.DIGEST_MISMATCH))
                    .hasMessageContaining("came with the digest");
        }
        // Of a tag only the answer's own header tells it.
        refused(Reason.DIGEST_MISMATCH, "Docker-Content-Digest says " + digest);
        // Once is no more than bad luck.
        registry.faults(asked -> asked.number() % 2 == 1 ? new Fault.Flip(20) : null);
        registry.asked().clear();
        try (Source source = open(REPOSITORY + "@" + digest)) {
            assertThat(paths(source)).containsExactly("a");
        }
    }

    @Test
    void anIndexsSizeOfAManifestIsCompared() throws Exception {
        JsonObject entry = entry(manifest("a"), null);
        entry.addProperty("size", 7);
        index("v1", entry);
        refused(Reason.DIGEST_MISMATCH, "the index says 7");
    }

    @Test
    void namesThatLeadAwayAreRefusedWithTheLayer() throws Exception {
        for (String name :
                new String[] {"../x", "/etc/passwd", "a/../../x", "a//b", "a/", ".", "a/./b"}) {
            artifact().file("fine", new byte[1]).file(name, new byte[2]).push("v1");
            refused(Reason.UNSAFE_KEY, "layer 2 of v1", "\"" + name + "\"", "sha256:");
            // Whatever part is asked for.
            try (Source source = open(REPOSITORY + ":v1/fine")) {
                assertThatThrownBy(() -> listed(source)).satisfies(is(Reason.UNSAFE_KEY));
            }
        }
    }

    @Test
    void twoLayersOfOneNameAreRefused() throws Exception {
        artifact().file("a", new byte[1]).file("b", new byte[2]).file("a", new byte[3]).push("v1");
        refused(Reason.UNSAFE_KEY, "layer 3", "\"a\"", "as layer 1 has");
    }

    @Test
    void aLayerWithoutANameIsRefused() throws Exception {
        artifact().layer("application/octet-stream", new byte[1], Map.of()).push("v1");
        refused(Reason.INVALID_CONFIGURATION, "layer 1", "has no name", TITLE);
    }

    @Test
    void theRawLayersOfAModelHaveTheirPaths() throws Exception {
        artifact()
                .layer(
                        "application/vnd.cncf.model.weight.v1.raw",
                        new byte[5],
                        Map.of("org.cncf.model.filepath", "weights/model-1.safetensors"))
                .layer(
                        "application/vnd.cncf.model.weight.config.v1.raw",
                        new byte[6],
                        Map.of("org.cncf.model.filepath", "config.json"))
                .push("v1");
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(paths(source)).containsExactly("config.json", "weights/model-1.safetensors");
        }
        try (Source source = open(REPOSITORY + ":v1/weights/")) {
            assertThat(paths(source)).containsExactly("model-1.safetensors");
        }
    }

    @Test
    void emptyLayersAreNone() throws Exception {
        artifact()
                .layer("application/vnd.oci.empty.v1+json", new byte[] {'{', '}'}, Map.of())
                .push("v1");
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(paths(source)).isEmpty();
        }
    }

    @Test
    void tenThousandLayersAreTenThousandFiles() throws Exception {
        Artifact artifact = artifact();
        String digest = registry.blob(REPOSITORY, new byte[0]);
        for (int i = 0; i < 10_000; i++) {
            artifact.described("x/y", digest, 0, Map.of(TITLE, "f" + i));
        }
        artifact.push("v1");
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThat(paths(source)).hasSize(10_000).isSorted();
        }
    }

    @Test
    void whatIsNotThereIsToldApart() throws Exception {
        artifact().file("a", new byte[1]).push("v1");
        try (Source source = open(REPOSITORY + ":v2")) {
            assertThatThrownBy(() -> listed(source))
                    .satisfies(is(Reason.NO_SUCH_OBJECT))
                    .hasMessageContaining("has no v2")
                    .hasMessageContaining("MANIFEST_UNKNOWN");
        }
        try (Source source = open("other/repository:v1")) {
            assertThatThrownBy(() -> listed(source))
                    .satisfies(is(Reason.NO_SUCH_BUCKET))
                    .hasMessageContaining("NAME_UNKNOWN");
        }
    }

    @Test
    void refusalsAreMapped() throws Exception {
        artifact().file("a", new byte[1]).push("v1");
        registry.faults(
                asked ->
                        new Fault.Error(
                                429,
                                "TOOMANYREQUESTS",
                                "You have reached your unauthenticated pull rate limit.",
                                Map.of("Retry-After", "60")));
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThatThrownBy(() -> listed(source))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> {
                                assertThat(e.busy()).isTrue();
                                assertThat(e.afterMillis()).isEqualTo(60_000);
                            })
                    .hasMessageContaining("pull rate limit")
                    .hasMessageContaining("give credentials");
        }
        registry.faults(asked -> new Fault.Error(403, "DENIED", "denied by policy"));
        refused(Reason.ACCESS_DENIED, "denied by policy");
        registry.faults(asked -> new Fault.Error(400, "UNSUPPORTED", "no"));
        refused(Reason.INVALID_CONFIGURATION, "UNSUPPORTED");
        registry.faults(
                asked ->
                        new Fault.Other(
                                502,
                                Map.of("Content-Type", "text/html"),
                                "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        try (Source source = open(REPOSITORY + ":v1")) {
            assertThatThrownBy(() -> listed(source))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("HTTP 502")
                    .message()
                    .doesNotContain("<html>");
        }
    }
}
