package dev.cistern.controller;

import dev.cistern.controller.model.FeatureGates;
import dev.cistern.controller.model.JobProxy;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.population.model.Settings;
import dev.cistern.environment.ChangedVariable;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Configuration of the program, without secrets. `docs/operations.md` lists the variables; a test keeps the two in
/// sync.
///
/// @param namespace the controller's own, where its Lease is
/// @param identity this replica's name in the Lease
/// @param host address that both servers listen on
/// @param opsPort for `/metrics`, `/healthz`, `/readyz`
/// @param reportPort for the Jobs' reports
/// @param workers PVCs reconciled at once
/// @param admissionSlots runs admitted at once, see [dev.cistern.controller.population.RunAdmission]
/// @param gates which features are on
/// @param probes of StorageBackends
/// @param settings of primes and Jobs
record Config(
        String namespace,
        String identity,
        String host,
        int opsPort,
        int reportPort,
        int workers,
        int admissionSlots,
        FeatureGates gates,
        Probes probes,
        Settings settings) {

    /// How StorageBackends are probed.
    ///
    /// @param atOnce how many at a time; 0 is none
    /// @param interval after one that found a backend in order
    /// @param retry after any other
    record Probes(int atOnce, Duration interval, Duration retry) {}

    /// Each worker has at most one call in flight. The API server's HTTP/2 allows 100 or more streams per connection;
    /// events, reports and the Lease need the rest.
    private static final int MAX_WORKERS = 64;

    private static final String GATES = "--feature-gates";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private static final Pattern OBJECT_NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

    private static final Pattern PROXY_URL = Pattern.compile("http://[^/?#@ ]+/?");

    /// Every variable that is read, with its default.
    static final Map<String, String> VARIABLES = variables();

    /// Variables of the last release.
    static final List<ChangedVariable> CHANGED =
            List.of(
                    ChangedVariable.renamed("CISTERN_RUNS_AT_ONCE", "CISTERN_RUN_ADMISSION_SLOTS"),
                    ChangedVariable.renamed("CISTERN_LOG", "CISTERN_LOG_FORMAT"));

    /// An invalid configuration, with all its problems.
    static final class InvalidConfig extends RuntimeException {
        private static final long serialVersionUID = 1;

        InvalidConfig(List<String> problems) {
            super(String.join("; ", problems), null, false, false);
        }
    }

    private static Map<String, String> variables() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("POD_NAMESPACE", "cistern-system");
        all.put("POD_NAME", "");
        all.put("CISTERN_LISTEN_HOST", "127.0.0.1");
        all.put("CISTERN_HTTP_PORT", "8080");
        all.put("CISTERN_REPORT_PORT", "8082");
        all.put("CISTERN_WORKERS", "32");
        all.put("CISTERN_RUN_ADMISSION_SLOTS", "100");
        all.put("CISTERN_FEATURE_GATES", "");
        all.put("CISTERN_POPULATE_NAMESPACE", "cistern-populate");
        all.put("CISTERN_OSS_POPULATE_NAMESPACE", "ack-volume-populator");
        all.put("CISTERN_POPULATE_IMAGE", "cistern/populate:dev");
        all.put("CISTERN_POPULATE_IMAGE_PULL_POLICY", "IfNotPresent");
        all.put("CISTERN_POPULATE_IMAGE_PULL_SECRETS", "");
        all.put("CISTERN_POPULATE_UID", "65532");
        all.put("CISTERN_POPULATE_REQUESTS", "cpu=100m,memory=256Mi");
        all.put("CISTERN_POPULATE_LIMITS", "memory=512Mi");
        all.put("CISTERN_POPULATE_HTTP_PROXY", "");
        all.put("CISTERN_POPULATE_HTTPS_PROXY", "");
        all.put("CISTERN_POPULATE_NO_PROXY", "");
        all.put("CISTERN_POPULATE_PROXY_SECRET", "");
        all.put("CISTERN_PROBES_AT_ONCE", "4");
        all.put("CISTERN_PROBE_INTERVAL_SECONDS", "21600");
        all.put("CISTERN_PROBE_RETRY_SECONDS", "600");
        all.put("CISTERN_REPORT_URL", "http://cistern-controller.cistern-system.svc:8082");
        return all;
    }

    /// Reads the configuration from environment variables and the command line, whose `--feature-gates` wins.
    ///
    /// @throws InvalidConfig with all problems at once
    static Config from(Map<String, String> environment, List<String> arguments) {
        List<String> problems = new ArrayList<>();
        Map<String, String> all = new LinkedHashMap<>(environment);
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith(GATES + "=")) {
                all.put("CISTERN_FEATURE_GATES", argument.substring(GATES.length() + 1));
            } else if (argument.equals(GATES) && i + 1 < arguments.size()) {
                all.put("CISTERN_FEATURE_GATES", arguments.get(++i));
            } else {
                problems.add(
                        "there is no flag \""
                                + argument
                                + "\"; there is "
                                + GATES
                                + "=NAME=true,NAME=false");
            }
        }
        return read(new Reader(all, problems));
    }

    /// Reads the configuration from environment variables.
    ///
    /// @throws InvalidConfig with all problems at once
    static Config from(Map<String, String> environment) {
        return from(environment, List.of());
    }

    private static Config read(Reader reader) {
        Config config =
                new Config(
                        reader.read("POD_NAMESPACE", Config::namespace),
                        reader.read("POD_NAME", Config::identity),
                        reader.read("CISTERN_LISTEN_HOST", Config::present),
                        reader.read("CISTERN_HTTP_PORT", text -> number(text, 0, 65_535)),
                        reader.read("CISTERN_REPORT_PORT", text -> number(text, 0, 65_535)),
                        reader.read("CISTERN_WORKERS", text -> number(text, 1, MAX_WORKERS)),
                        reader.read(
                                "CISTERN_RUN_ADMISSION_SLOTS", text -> number(text, 1, 100_000)),
                        reader.read("CISTERN_FEATURE_GATES", FeatureGates::of),
                        new Probes(
                                reader.read("CISTERN_PROBES_AT_ONCE", text -> number(text, 0, 100)),
                                reader.read(
                                        "CISTERN_PROBE_INTERVAL_SECONDS",
                                        text -> seconds(text, 60, 604_800)),
                                reader.read(
                                        "CISTERN_PROBE_RETRY_SECONDS",
                                        text -> seconds(text, 10, 86_400))),
                        new Settings(
                                new PopulateNamespaces(
                                        reader.read(
                                                "CISTERN_POPULATE_NAMESPACE", Config::namespace),
                                        reader.read(
                                                "CISTERN_OSS_POPULATE_NAMESPACE",
                                                Config::namespace)),
                                reader.read("CISTERN_POPULATE_IMAGE", Config::present),
                                reader.read(
                                        "CISTERN_POPULATE_IMAGE_PULL_POLICY", Config::pullPolicy),
                                reader.read("CISTERN_POPULATE_IMAGE_PULL_SECRETS", Config::list),
                                (long)
                                        reader.read(
                                                "CISTERN_POPULATE_UID",
                                                text -> number(text, 0, Integer.MAX_VALUE)),
                                reader.read("CISTERN_POPULATE_REQUESTS", Config::quantities),
                                reader.read("CISTERN_POPULATE_LIMITS", Config::quantities),
                                proxy(reader),
                                reader.read("CISTERN_REPORT_URL", Config::url)));
        if (!reader.problems().isEmpty()) {
            throw new InvalidConfig(reader.problems());
        }
        return config;
    }

    private static JobProxy proxy(Reader reader) {
        return new JobProxy(
                reader.readUnseen("CISTERN_POPULATE_HTTP_PROXY", Config::proxyUrl),
                reader.readUnseen("CISTERN_POPULATE_HTTPS_PROXY", Config::proxyUrl),
                reader.read("CISTERN_POPULATE_NO_PROXY", Config::list),
                reader.read(
                        "CISTERN_POPULATE_PROXY_SECRET",
                        text -> text.isEmpty() ? null : objectName(text)));
    }

    private record Reader(Map<String, String> environment, List<String> problems) {
        <T extends @Nullable Object> T read(String name, Function<String, T> parse) {
            return read(name, parse, true);
        }

        /// A value that may hold a password, although it should not: no complaint shows it.
        <T extends @Nullable Object> T readUnseen(String name, Function<String, T> parse) {
            return read(name, parse, false);
        }

        private <T extends @Nullable Object> T read(
                String name, Function<String, T> parse, boolean shown) {
            String given = environment.getOrDefault(name, "");
            String fallback = VARIABLES.getOrDefault(name, "");
            try {
                return parse.apply(given.isEmpty() ? fallback : given);
            } catch (IllegalArgumentException e) {
                problems.add(name + (shown ? " is \"" + given + "\": " : ": ") + e.getMessage());
                return parse.apply(fallback);
            }
        }
    }

    private static @Nullable String proxyUrl(String text) {
        if (text.isEmpty()) {
            return null;
        }
        if (!PROXY_URL.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "give http://HOST:PORT; a user and a password go into the Secret that"
                            + " CISTERN_POPULATE_PROXY_SECRET names, and a proxy that is itself"
                            + " reached over TLS is not supported");
        }
        return text;
    }

    private static String objectName(String text) {
        if (!OBJECT_NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("give the name of a Secret");
        }
        return text;
    }

    private static String namespace(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("give a namespace's name");
        }
        return text;
    }

    private static String identity(String text) {
        return text.isEmpty() ? "controller-" + ProcessHandle.current().pid() : text;
    }

    private static String present(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("must not be blank");
        }
        return text;
    }

    private static int number(String text, int least, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("give a number from " + least + " to " + most, e);
        }
        throw new IllegalArgumentException("give a number from " + least + " to " + most);
    }

    private static Duration seconds(String text, int least, int most) {
        return Duration.ofSeconds(number(text, least, most));
    }

    private static String pullPolicy(String text) {
        if (!List.of("Always", "IfNotPresent", "Never").contains(text)) {
            throw new IllegalArgumentException("give Always, IfNotPresent or Never");
        }
        return text;
    }

    private static List<String> list(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*"));
    }

    private static Map<String, Quantity> quantities(String text) {
        Map<String, Quantity> quantities = new LinkedHashMap<>();
        for (String item : list(text)) {
            int equals = item.indexOf('=');
            try {
                Quantity quantity = new Quantity(item.substring(equals + 1));
                quantity.getNumericalAmount();
                quantities.put(item.substring(0, equals), quantity);
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(
                        "give resources such as cpu=100m,memory=256Mi", e);
            }
        }
        return quantities;
    }

    private static String url(String text) {
        if (!text.startsWith("http://") && !text.startsWith("https://")) {
            throw new IllegalArgumentException("give an http or https URL that pods can reach");
        }
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
