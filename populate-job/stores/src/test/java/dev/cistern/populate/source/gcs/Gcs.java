package dev.cistern.populate.source.gcs;

import dev.cistern.doubles.gcs.AccessTokens;
import dev.cistern.doubles.gcs.ServiceAccountKey;
import dev.cistern.doubles.gcs.StrictGcs;
import dev.cistern.doubles.gcs.TokenServices;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The double with its token services and a service account that may read: a new one for each test.
final class Gcs implements AfterEachCallback {
    static final String READER = "reader@test-project.iam.gserviceaccount.com";
    static final ServiceAccountKey KEY = ServiceAccountKey.of(READER);

    final AccessTokens tokens = new AccessTokens();
    final TokenServices services;
    final StrictGcs store;

    /// For files of the test's; it is removed with all that is in it.
    final Path directory;

    Gcs() {
        try {
            directory = Files.createTempDirectory("gcs");
            services = new TokenServices(tokens);
            store = new StrictGcs(tokens);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        services.accepts(KEY);
    }

    /// A key file of the account.
    Path keyFile(ServiceAccountKey key) throws IOException {
        return file(key.file(services.tokenUri()));
    }

    Path file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "credentials", ".json"), content);
    }

    /// A source by the reader's key.
    Source open(String prefix) throws Exception {
        return open(prefix, auth());
    }

    GcsAuth auth() throws IOException {
        return new GcsAuth.ServiceAccountKey(keyFile(KEY).toString());
    }

    Source open(String prefix, GcsAuth auth) throws SourceException {
        return open(spec(prefix, auth, null, null), Map.of());
    }

    GcsSpec spec(
            String prefix,
            GcsAuth auth,
            @Nullable String userProject,
            GcsSpec.@Nullable Impersonation as) {
        return new GcsSpec(
                store.endpoint(),
                TlsSpec.PLATFORM,
                StrictGcs.BUCKET,
                prefix,
                userProject,
                auth,
                as);
    }

    static Source open(GcsSpec spec, Map<String, String> environment) throws SourceException {
        return GcsProvider.open(
                spec,
                new StoreContext(
                        0, environment, BufferPool.of(64 * 1024), Proxies.NONE, "cistern/test"));
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        services.close();
        store.close();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
