package dev.cistern.populate.source.oci;

import static dev.cistern.populate.source.oci.Registry.REPOSITORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.oci.Artifact;
import dev.cistern.doubles.oci.Fault;
import dev.cistern.doubles.oci.StrictRegistry;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.engine.Fill;
import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.FillRequest;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.engine.Meter;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.Archives;
import dev.cistern.populate.testing.Archives.Tar;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Layers that are archives: packed directories, models, images.
class OciArchiveTest {
    private static final String IMAGE_LAYER = "application/vnd.oci.image.layer.v1.tar";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path work;

    private final StrictRegistry registry = new StrictRegistry();
    private int fills;

    OciArchiveTest() throws IOException {}

    @AfterEach
    void stop() {
        registry.close();
    }

    private Artifact artifact() {
        return new Artifact(registry, REPOSITORY);
    }

    /// What a fill of a new directory results in: paths and contents.
    private Map<String, String> filled(String path) throws Exception {
        Path target = Files.createDirectories(work.resolve("target-" + fills++));
        try (Source source = Registry.open(registry, REPOSITORY + ":v1" + path)) {
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
                            new FillRequest.Timing(4000, 2000, 10, 50));
            new Fill(request, new Meter(), FaultPoints.NONE).run();
        }
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(target)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                all.put(
                        target.relativize(file).toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            }
        }
        return all;
    }

    private void refused(String path, Reason reason, String... words) {
        assertThatThrownBy(() -> filled(path))
                .isInstanceOfSatisfying(
                        FillException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .message()
                .contains(words);
    }

    @Test
    void aDirectoryThatOrasPackedIsUnpacked() throws Exception {
        byte[] packed =
                Archives.gzip(
                        new Tar()
                                .directory("config")
                                .file("config/a.json", "1")
                                .file("config/sub/b.json", "2")
                                .bytes());
        artifact()
                .file("weights.bin", "w".getBytes(StandardCharsets.UTF_8))
                .layer(
                        IMAGE_LAYER + "+gzip",
                        packed,
                        Map.of(
                                "org.opencontainers.image.title",
                                "config",
                                "io.deis.oras.content.unpack",
                                "true"))
                .push("v1");
        assertThat(filled(""))
                .isEqualTo(
                        Map.of("weights.bin", "w", "config/a.json", "1", "config/sub/b.json", "2"));
        assertThat(filled("/config/sub/")).isEqualTo(Map.of("b.json", "2"));
        assertThat(filled("/config")).isEqualTo(Map.of("a.json", "1", "sub/b.json", "2"));
        assertThat(filled("/config/a.json")).isEqualTo(Map.of("a.json", "1"));
        registry.asked().clear();
        assertThat(filled("/weights.bin")).isEqualTo(Map.of("weights.bin", "w"));
        // Nothing of it can be in the other layer, which is not read.
        assertThat(registry.asked("blobs")).hasSize(1);
        refused("/nothing", Reason.EMPTY_SOURCE, "nothing to copy");
    }

    @Test
    void aPackedDirectoryHoldsNothingBesideItself() throws Exception {
        artifact()
                .layer(
                        IMAGE_LAYER + "+gzip",
                        Archives.gzip(new Tar().file("elsewhere", "1").bytes()),
                        Map.of(
                                "org.opencontainers.image.title",
                                "config",
                                "io.deis.oras.content.unpack",
                                "true"))
                .push("v1");
        refused(
                "",
                Reason.INVALID_CONFIGURATION,
                "archive \"config\"",
                "entry \"elsewhere\" lies outside of the layer's directory config");
    }

    @Test
    void theTarLayersOfModelsAreUnpacked() throws Exception {
        byte[] weights = new Tar().file("weights/1.bin", "1").bytes();
        artifact()
                .layer(
                        "application/vnd.cncf.model.weight.v1.tar",
                        weights,
                        Map.of("org.cncf.model.filepath", "weights/1.bin"))
                .layer(
                        "application/vnd.cncf.model.weight.config.v1.tar+gzip",
                        Archives.gzip(new Tar().file("config.json", "2").bytes()),
                        Map.of("org.cncf.model.filepath", "config.json"))
                .layer(
                        "application/vnd.cncf.model.doc.v1.tar+zstd",
                        Archives.zstd(new Tar().file("README.md", "3").bytes()),
                        Map.of())
                .layer(
                        "application/vnd.cncf.model.code.v1.raw",
                        "4".getBytes(StandardCharsets.UTF_8),
                        Map.of("org.cncf.model.filepath", "code/run.py"))
                .layer(
                        "application/vnd.kitops.modelkit.dataset.v1.tar+gzip",
                        Archives.gzip(new Tar().file("data/x.csv", "5").bytes()),
                        Map.of())
                .push("v1");
        assertThat(filled(""))
                .isEqualTo(
                        Map.of(
                                "weights/1.bin",
                                "1",
                                "config.json",
                                "2",
                                "README.md",
                                "3",
                                "code/run.py",
                                "4",
                                "data/x.csv",
                                "5"));
    }

    @Test
    void twoArchivesThatHoldOneNameAreRefused() throws Exception {
        artifact()
                .layer(
                        "application/vnd.cncf.model.weight.v1.tar",
                        new Tar().file("a", "1").bytes(),
                        Map.of())
                .layer(
                        "application/vnd.cncf.model.doc.v1.tar",
                        new Tar().file("a", "2").bytes(),
                        Map.of())
                .push("v1");
        refused("", Reason.UNSAFE_KEY, "!/a");
    }

    private void image(byte[]... layers) {
        Artifact image = artifact();
        for (byte[] layer : layers) {
            image.layer(IMAGE_LAYER + "+gzip", Archives.gzip(layer), Map.of());
        }
        image.push("v1");
    }

    @Test
    void anImageIsItsLayersOneOverTheOther() throws Exception {
        image(
                new Tar()
                        .file("etc/kept", "1")
                        .file("etc/replaced", "1")
                        .file("etc/removed", "1")
                        .file("gone/x", "1")
                        .file("gone/sub/y", "1")
                        .file("emptied/old", "1")
                        .file("file-then-tree", "1")
                        .file("tree-then-file/x", "1")
                        .bytes(),
                new Tar()
                        .file("etc/replaced", "2")
                        .file("etc/.wh.removed", "")
                        .file(".wh.gone", "")
                        .file("emptied/.wh..wh..opq", "")
                        .file("emptied/new", "2")
                        .file("file-then-tree/x", "2")
                        .file("tree-then-file", "2")
                        .file(".wh..wh.plnk", "")
                        .bytes(),
                new Tar().file("etc/replaced", "3").file("etc/removed", "3").bytes());
        assertThat(filled(""))
                .isEqualTo(
                        Map.of(
                                "etc/kept", "1",
                                "etc/replaced", "3",
                                "etc/removed", "3",
                                "emptied/new", "2",
                                "file-then-tree/x", "2",
                                "tree-then-file", "2"));
        assertThat(filled("/etc/")).isEqualTo(Map.of("kept", "1", "replaced", "3", "removed", "3"));
        assertThat(filled("/emptied")).isEqualTo(Map.of("new", "2"));
        refused("/gone/", Reason.EMPTY_SOURCE, "nothing to copy");
    }

    @Test
    void aLinkOfAnImageIsRefusedUnlessItIsNotAskedFor() throws Exception {
        image(
                new Tar()
                        .special("bin", TarConstants.LF_SYMLINK, "usr/bin")
                        .file("data/a", "1")
                        .bytes());
        refused("", Reason.INVALID_CONFIGURATION, "layer 1", "entry \"bin\" is a symbolic link");
        assertThat(filled("/data/")).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void aLayerOfAnImageThatComesDamagedIsReadAgain() throws Exception {
        byte[] large = Registry.random(2_000_000);
        image(
                new Tar().file("old", "1").file("removed", "1").bytes(),
                new Tar().file("large", large).file(".wh.removed", "").bytes());
        registry.faults(
                asked ->
                        asked.kind().equals("blobs") && asked.number() == 1
                                ? new Fault.Flip(200)
                                : null);
        assertThat(filled("")).containsOnlyKeys("old", "large");
    }

    @Test
    void aLayerInAnUnknownPackingIsRefused() throws Exception {
        artifact().layer(IMAGE_LAYER + "+gzip+encrypted", new byte[10], Map.of()).push("v1");
        refused("", Reason.INVALID_CONFIGURATION, "layer 1", "packed in a way that is not known");
    }
}
