package dev.cistern.populate.source.gcs;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.StoreSpec;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `gs://BUCKET/PREFIX` and its options.
public final class GcsCommandLine implements StoreCommandLine {
    private static final String SCHEME = "gs://";
    private static final Pattern BUCKETS = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");

    /// Google's own clients use an emulator without credentials.
    private static final String EMULATOR = "STORAGE_EMULATOR_HOST";

    private static final String IMPERSONATE = "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT";

    private static final StoreOption ENDPOINT =
            new StoreOption(
                    "--endpoint",
                    "URL",
                    "of the store (default: STORAGE_EMULATOR_HOST, or Google)");
    private static final StoreOption USER_PROJECT =
            new StoreOption("--user-project", "ID", "the project that pays for the requests");
    private static final StoreOption IMPERSONATED =
            new StoreOption(
                    "--impersonate-service-account",
                    "EMAIL",
                    "read as this service account (default: " + IMPERSONATE + ")");

    @Override
    public List<String> schemes() {
        return List.of(SCHEME);
    }

    @Override
    public String form() {
        return "gs://BUCKET/PREFIX";
    }

    @Override
    public List<StoreOption> options() {
        return List.of(
                ENDPOINT,
                USER_PROJECT,
                IMPERSONATED,
                StoreOption.ANONYMOUS,
                StoreOption.CA_FILE,
                StoreOption.INSECURE);
    }

    @Override
    public String credentials() {
        return """
        Credentials: GOOGLE_APPLICATION_CREDENTIALS, else those of `gcloud auth application-default login`, else the metadata server.
        """;
    }

    @Override
    public Class<? extends StoreSpec> specType() {
        return GcsSpec.class;
    }

    @Override
    public GcsSpec spec(String source, StoreArguments given, Map<String, String> environment)
            throws UsageException {
        BucketSource place = bucketSource(source, BUCKETS);
        String endpoint = given.value(ENDPOINT);
        String emulator = environment.getOrDefault(EMULATOR, "");
        boolean emulated = endpoint == null && !emulator.isEmpty();
        boolean anonymous = given.has(StoreOption.ANONYMOUS) || emulated;
        String account = impersonated(given, environment, anonymous);
        String payer = given.value(USER_PROJECT);
        if (payer != null && given.has(StoreOption.ANONYMOUS)) {
            throw new UsageException(
                    "--anonymous may bill no project: leave it or --user-project out");
        }
        return new GcsSpec(
                emulated
                        ? StoreArguments.endpoint(
                                EMULATOR,
                                emulator.contains("://") ? emulator : "http://" + emulator)
                        : endpoint == null
                                ? null
                                : StoreArguments.endpoint(ENDPOINT.name(), endpoint),
                given.tls(),
                place.bucket(),
                place.prefix(),
                payer,
                anonymous ? new GcsAuth.Anonymous() : new GcsAuth.ApplicationDefault(),
                account == null ? null : new GcsSpec.Impersonation(account, null));
    }

    private static @Nullable String impersonated(
            StoreArguments given, Map<String, String> environment, boolean anonymous)
            throws UsageException {
        String option = given.value(IMPERSONATED);
        if (option != null && anonymous) {
            throw new UsageException(
                    "without credentials there is nobody to read as "
                            + option
                            + ": leave "
                            + IMPERSONATED.name()
                            + " out, or give credentials");
        }
        String account = option == null ? environment.getOrDefault(IMPERSONATE, "") : option;
        if (anonymous || (option == null && account.isEmpty())) {
            return null;
        }
        if (!account.matches("[A-Za-z0-9._-]+@[A-Za-z0-9.-]+")) {
            throw new UsageException(
                    (option == null ? IMPERSONATE : IMPERSONATED.name())
                            + " needs the e-mail address of one service account, not \""
                            + account
                            + '"');
        }
        return account;
    }
}
