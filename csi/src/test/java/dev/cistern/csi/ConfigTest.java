package dev.cistern.csi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.cistern.csi.pool.PoolSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;

class ConfigTest {

    @Test
    void theNodesNameIsAllThatMustBeGiven() {
        Config config = Config.from(Map.of("NODE_NAME", "n1"));

        assertThat(config.csiSocket())
                .isEqualTo(Path.of("/var/lib/kubelet/plugins/local.cistern.dev/csi.sock"));
        assertThat(config.registrationSocket())
                .contains(Path.of("/var/lib/kubelet/plugins_registry/local.cistern.dev-reg.sock"));
        assertThat(config.pool())
                .isEqualTo(
                        new PoolSettings(
                                Path.of("/var/lib/cistern"),
                                PoolSettings.Kind.AUTO,
                                new PoolSettings.ImageSize.OfFreeSpace(80),
                                100));
    }

    @Test
    void aLocaleWhosePathsAreNotUtf8IsRefusedAtTheStart() {
        Map<String, String> environment = Map.of("NODE_NAME", "n1", "LC_ALL", "POSIX");

        assertThat(Config.from(environment, "UTF-8").node()).isEqualTo("n1");
        assertThatThrownBy(() -> Config.from(environment, "ANSI_X3.4-1968"))
                .isInstanceOf(Config.InvalidConfig.class)
                .hasMessageContaining("LC_ALL is \"POSIX\"")
                .hasMessageContaining("\"ANSI_X3.4-1968\"")
                .hasMessageContaining("set LC_ALL to C.UTF-8");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        Map<String, String> environment =
                Map.of(
                        "CSI_ENDPOINT", "tcp://0.0.0.0:1",
                        "CSI_SOCKET_GROUP", "staff",
                        "CISTERN_HTTP_ADDRESS", "localhost:99999",
                        "CISTERN_POOL_KIND", "zfs",
                        "CISTERN_POOL_SIZE", "12",
                        "CISTERN_POOL_OVERCOMMIT", "50%");

        assertThatThrownBy(() -> Config.from(environment))
                .isInstanceOf(Config.InvalidConfig.class)
                .hasMessageContaining("NODE_NAME is not set")
                .hasMessageContaining("CSI_ENDPOINT is \"tcp://0.0.0.0:1\"")
                .hasMessageContaining("CSI_SOCKET_GROUP")
                .hasMessageContaining("CISTERN_HTTP_ADDRESS")
                .hasMessageContaining(
                        "CISTERN_POOL_KIND is \"zfs\": choose auto, btrfs or directory")
                .hasMessageContaining("CISTERN_POOL_SIZE is \"12\"")
                .hasMessageContaining("CISTERN_POOL_OVERCOMMIT is \"50%\"");
    }

    @ParameterizedTest
    @CsvSource({
        "50Gi, 53687091200",
        "256Mi, 268435456",
        "1Ti, 1099511627776",
        "300000000, 300000000"
    })
    void sizesAreRead(String text, long bytes) {
        Config config = Config.from(Map.of("NODE_NAME", "n1", "CISTERN_POOL_SIZE", text));

        assertThat(config.pool().imageSize()).isEqualTo(new PoolSettings.ImageSize.Exactly(bytes));
    }

    @ParameterizedTest
    @CsvSource({"0%", "101%", "255Mi", "999999999999999Ti", "10G", "-1Gi"})
    void sizesThatMakeNoSenseAreRefused(String text) {
        Map<String, String> environment = Map.of("NODE_NAME", "n1", "CISTERN_POOL_SIZE", text);

        assertThatThrownBy(() -> Config.from(environment))
                .hasMessageContaining("CISTERN_POOL_SIZE");
    }

    @Test
    void aShareOfTheDiskIsCapped() {
        PoolSettings.ImageSize.OfFreeSpace share = new PoolSettings.ImageSize.OfFreeSpace(80);

        assertThat(share.bytes(100L << 30)).isEqualTo(81920L << 20);
        assertThat(share.bytes(100L << 40)).isEqualTo(1L << 40);
    }

    @Test
    void registrationCanBeLeftOut() {
        Config config =
                Config.from(Map.of("NODE_NAME", "n1", "CISTERN_REGISTRATION_SOCKET", "none"));

        assertThat(config.registrationSocket()).isEmpty();
    }

    @Test
    void variablesOfTheLastReleaseAreInTheUpgradeNotes() throws IOException {
        String upgrade = Files.readString(Path.of("../docs/install.md"));
        assertThat(Config.CHANGED)
                .allSatisfy(
                        change ->
                                assertThat(upgrade)
                                        .contains(
                                                "`" + change.oldName() + "`",
                                                "`" + change.newName() + "`"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CISTERN_LOG_FORMAT", "CISTERN_LOG"})
    void theLogFormatIsReadUnderBothNames(String variable) throws JoranException {
        LoggerContext context = new LoggerContext();
        context.putProperty(variable, "json");
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(getClass().getResource("/logback.xml"));

        assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("json")).isNotNull();
    }
}
