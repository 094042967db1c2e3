package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// On real ext4 file systems in files: a volume of the recommended size holds the tree at the first attempt, with the
/// file system's reserve for root untouched. Needs root, for the loop device.
class AdvisedSizeIT {
    private static final Pattern ADVISED = Pattern.compile("requests\\.storage: ([0-9]+)Mi");

    @TempDir Path directory;

    @ParameterizedTest(name = "{0} files of {1} bytes, {2} in a directory, into {3} MiB")
    @CsvSource({
        "353, 1048576, 353, 300",
        "353, 1048576, 353, 355",
        "12000, 3000, 10, 48",
        "30000, 10, 1000, 64",
        "1100, 1000003, 100, 600"
    })
    void whatIsAdvisedSuffices(int files, int size, int perDirectory, long mebibytes)
            throws Exception {
        try (FaultyS3 server = new FaultyS3()) {
            byte[] bytes = new byte[size];
            for (int i = 0; i < files; i++) {
                server.put("t/d" + i / perDirectory + "/file-" + i, bytes);
            }
            AtomicReference<String> answer = new AtomicReference<>("");
            onVolume(
                    mebibytes,
                    (mount, capacity) ->
                            assertThatThrownBy(() -> fill(server, mount, capacity))
                                    .isInstanceOfSatisfying(
                                            FillException.class,
                                            e -> {
                                                assertThat(e.reason())
                                                        .isEqualTo(Reason.INSUFFICIENT_SPACE);
                                                answer.set(String.valueOf(e.getMessage()));
                                            }));
            Matcher advised = ADVISED.matcher(answer.get());
            assertThat(advised.find()).as(answer.get()).isTrue();
            long larger = Long.parseLong(advised.group(1));
            onVolume(
                    larger,
                    (mount, capacity) -> {
                        fill(server, mount, capacity);
                        assertThat(Files.getFileStore(mount).getUsableSpace()).isPositive();
                    });
            assertThat(larger << 20).isLessThan(3L * files * size / 2 + 600L * (1 << 20));
        }
    }

    private interface Use {
        void of(Path mount, long capacity) throws Exception;
    }

    private void onVolume(long mebibytes, Use use) throws Exception {
        Path image = directory.resolve("image");
        Path mount = Files.createDirectories(directory.resolve("mount"));
        run("truncate", "-s", mebibytes + "M", image.toString());
        run("mkfs.ext4", "-q", "-F", image.toString());
        run("mount", "-o", "loop", image.toString(), mount.toString());
        try {
            use.of(mount, mebibytes << 20);
        } finally {
            // A failed fill keeps its unfinished files open until the process exits.
            run("umount", "--lazy", mount.toString());
            Files.delete(image);
        }
    }

    private static void fill(FaultyS3 server, Path mount, long capacity) throws Exception {
        FillRequest.Input input =
                new FillRequest.Input(server.source("t/"), "", List.of(), List.of(), null);
        try {
            new Fill(
                            new FillRequest(
                                    new DirectoryTarget(mount),
                                    List.of(input),
                                    capacity,
                                    Verify.FULL,
                                    0,
                                    3,
                                    MemoryBudget.of(96 << 20),
                                    true,
                                    true,
                                    FillRequest.Timing.DEFAULT),
                            new Meter(),
                            FaultPoints.NONE)
                    .run();
        } finally {
            input.source().close();
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }
}
