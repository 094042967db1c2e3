package dev.cistern.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.cistern.controller.model.JobProxy;
import dev.cistern.environment.Environment;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;

class ConfigTest {
    @Test
    void anEmptyEnvironmentIsEnough() {
        Config config = Config.from(Map.of());

        assertThat(config.namespace()).isEqualTo("cistern-system");
        assertThat(config.workers()).isEqualTo(32);
        assertThat(config.settings().namespaces().all())
                .containsExactly("cistern-populate", "ack-volume-populator");
        assertThat(config.settings().requests()).containsEntry("cpu", new Quantity("100m"));
    }

    @Test
    void allProblemsAreToldAtOnce() {
        assertThatThrownBy(
                        () ->
                                Config.from(
                                        Map.of(
                                                "CISTERN_WORKERS", "0",
                                                "CISTERN_HTTP_PORT", "http",
                                                "CISTERN_POPULATE_LIMITS", "memory",
                                                "CISTERN_REPORT_URL", "cistern:8082",
                                                "CISTERN_POPULATE_NAMESPACE", "No_Name",
                                                "CISTERN_POPULATE_IMAGE_PULL_POLICY", "Sometimes")))
                .isInstanceOf(Config.InvalidConfig.class)
                .hasMessageContaining("CISTERN_WORKERS is \"0\": give a number from 1 to 64")
                .hasMessageContaining("CISTERN_HTTP_PORT is \"http\"")
                .hasMessageContaining("CISTERN_POPULATE_LIMITS is \"memory\"")
                .hasMessageContaining("CISTERN_REPORT_URL is \"cistern:8082\"")
                .hasMessageContaining("CISTERN_POPULATE_NAMESPACE is \"No_Name\"")
                .hasMessageContaining("CISTERN_POPULATE_IMAGE_PULL_POLICY is \"Sometimes\"");
    }

    @Test
    void theProxyOfAllJobsHasItsPasswordInASecretAndNoComplaintShowsOne() {
        Map<String, String> good =
                Map.of(
                        "CISTERN_POPULATE_HTTPS_PROXY", "http://proxy.corp:3128",
                        "CISTERN_POPULATE_NO_PROXY", ".corp, 10.0.0.0/8",
                        "CISTERN_POPULATE_PROXY_SECRET", "proxy");
        assertThat(Config.from(good).settings().proxy())
                .isEqualTo(
                        new JobProxy(
                                null,
                                "http://proxy.corp:3128",
                                List.of(".corp", "10.0.0.0/8"),
                                "proxy"));
        assertThat(Config.from(Map.of()).settings().proxy()).isEqualTo(JobProxy.NONE);
        assertThatThrownBy(
                        () ->
                                Config.from(
                                        Map.of(
                                                "CISTERN_POPULATE_HTTP_PROXY",
                                                "http://me:hidden@proxy.corp:3128",
                                                "CISTERN_POPULATE_HTTPS_PROXY",
                                                "https://proxy.corp",
                                                "CISTERN_POPULATE_PROXY_SECRET",
                                                "No_Name")))
                .hasMessageContaining("CISTERN_POPULATE_HTTP_PROXY: give http://HOST:PORT")
                .hasMessageContaining("CISTERN_POPULATE_HTTPS_PROXY: give http://HOST:PORT")
                .hasMessageContaining("CISTERN_POPULATE_PROXY_SECRET is \"No_Name\"")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hidden"));
    }

    @Test
    void aReportUrlMayEndWithASlash() {
        assertThat(Config.from(Map.of("CISTERN_REPORT_URL", "http://c:1/")).settings().reportUrl())
                .isEqualTo("http://c:1");
    }

    @Test
    void everyVariableIsInTheOperatorsPage() throws IOException {
        String page = Files.readString(Path.of("../docs/operations.md"));
        assertThat(Config.VARIABLES.keySet()).allMatch(name -> page.contains("`" + name + "`"));
    }

    @Test
    void variablesOfTheLastReleaseWorkUnderTheirOldNames() throws IOException {
        String upgrade = Files.readString(Path.of("../docs/install.md"));
        assertThat(Config.CHANGED)
                .allSatisfy(
                        change ->
                                assertThat(upgrade)
                                        .contains(
                                                "`" + change.oldName() + "`",
                                                "`" + change.newName() + "`"));
        Map<String, String> old = Map.of("CISTERN_RUNS_AT_ONCE", "7");
        assertThat(Config.from(Environment.of(old, Config.CHANGED).variables()).admissionSlots())
                .isEqualTo(7);
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
