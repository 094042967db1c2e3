package dev.cistern.populate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.testing.ChildJvm;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The classes that a Job loads at its start.
class JobStartTest {
    @Test
    void aJobLoadsNothingOfTheCommandLine(@TempDir Path directory) throws Exception {
        Path loaded = directory.resolve("loaded");
        ProcessBuilder builder = ChildJvm.of(Main.class.getName(), "job");
        builder.environment()
                .putAll(
                        Map.of(
                                "CISTERN_TERMINATION_MESSAGE",
                                directory.resolve("result").toString(),
                                "CISTERN_TRANSPORT",
                                "sdk",
                                "JAVA_TOOL_OPTIONS",
                                "-Xlog:class+load:file=" + loaded));
        Path log = directory.resolve("log");
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        // CISTERN_RUN is missing.
        assertThat(process.exitValue()).isEqualTo(3);
        assertThat(log)
                .content()
                .contains("InvalidConfiguration", "CISTERN_TRANSPORT has no effect any more");
        assertThat(loaded)
                .content()
                .contains("dev.cistern.populate.job.PopulateJob ")
                .doesNotContain("picocli")
                .doesNotContain("dev.cistern.populate.cli.");
    }
}
