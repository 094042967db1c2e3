package dev.cistern.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class CommandTest {
    @Test
    void bothStreamsAndTheStatusAreKept() {
        var lines = new ArrayList<String>();

        var result =
                Command.of("sh", "-c", "cat; echo err >&2; exit 3")
                        .input("in\n")
                        .eachLine(lines::add)
                        .run();

        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.output()).isEqualTo("in\nerr\n");
        assertThat(lines).containsExactly("in", "err");
        assertThatThrownBy(result::orThrow)
                .hasMessageContaining("ended with 3")
                .hasMessageContaining("err");
    }

    @Test
    void whatHangsIsKilledWithItsChildren() {
        assertThatThrownBy(
                        () ->
                                Command.of("sh", "-c", "echo begun; sleep 47.25; echo never")
                                        .within(Duration.ofMillis(500))
                                        .run())
                .hasMessageContaining("did not end")
                .hasMessageContaining("begun");
        assertThat(
                        ProcessHandle.allProcesses()
                                .filter(
                                        p ->
                                                p.info()
                                                        .commandLine()
                                                        .orElse("")
                                                        .contains("sleep 47.25")))
                .isEmpty();
    }
}
