package dev.cistern.populate.source.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import dev.cistern.doubles.gcs.AccessTokens;
import dev.cistern.doubles.gcs.ServiceAccountKey;
import dev.cistern.doubles.gcs.StrictGcs;
import dev.cistern.doubles.gcs.TokenServices;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.testing.FakeGcsServer;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract against a third-party server, to which Google's client writes. It checks no credentials: tokens come
/// from doubles that do.
class FakeGcsServerIT extends SourceContract {
    private static final String BUCKET = "contract";
    private static final String READER = "reader@test-project.iam.gserviceaccount.com";
    private static final ServiceAccountKey KEY = ServiceAccountKey.of(READER);

    @TempDir static Path work;
    private static @Nullable FakeGcsServer server;
    private static @Nullable TokenServices services;
    private static @Nullable Storage writer;

    @BeforeAll
    static void startServer() throws Exception {
        FakeGcsServer started = FakeGcsServer.start(work);
        server = started;
        services = new TokenServices(new AccessTokens());
        services.accepts(KEY);
        Storage client =
                StorageOptions.newBuilder()
                        .setHost(started.endpoint())
                        .setProjectId("test-project")
                        .setCredentials(NoCredentials.getInstance())
                        .build()
                        .getService();
        client.create(BucketInfo.of(BUCKET));
        writer = client;
    }

    @AfterAll
    static void stopServer() {
        Objects.requireNonNull(services).close();
        Objects.requireNonNull(server).close();
    }

    private static Storage writer() {
        return Objects.requireNonNull(writer);
    }

    private static Source open(String bucket, String prefix, ServiceAccountKey key)
            throws Exception {
        Path file = Files.createTempFile(work, "key", ".json");
        Files.writeString(file, key.file(Objects.requireNonNull(services).tokenUri()));
        return Gcs.open(
                new GcsSpec(
                        Objects.requireNonNull(server).endpoint(),
                        TlsSpec.PLATFORM,
                        bucket,
                        prefix,
                        null,
                        new GcsAuth.ServiceAccountKey(file.toString()),
                        null),
                Map.of());
    }

    @Override
    protected Source open(String prefix) throws Exception {
        return open(BUCKET, prefix, KEY);
    }

    @Override
    protected Source openMissing() throws Exception {
        return open("missing", "", KEY);
    }

    @Override
    protected Source openWithWrongKeys() throws Exception {
        return open(BUCKET, "", ServiceAccountKey.of(READER));
    }

    @Override
    protected void put(String key, byte[] bytes) {
        writer().create(BlobInfo.newBuilder(BUCKET, key).build(), bytes);
    }

    @Override
    protected void remove(String key) {
        writer().delete(BlobId.of(BUCKET, key));
    }

    @Test
    void aListingOfThousandsIsWhole() throws Exception {
        for (int i = 0; i < 1500; i++) {
            put("many/" + java.util.UUID.randomUUID(), new byte[0]);
        }
        try (Source source = open("many/")) {
            assertThat(list(source)).hasSize(1500);
        }
    }

    @Test
    void theDigestComesWithTheBytes() throws Exception {
        put("digest/x", new byte[1000]);
        try (Source source = open("digest/")) {
            SourceObject object = list(source).getFirst().object();
            Bytes sink = new Bytes();
            source.read(object, 0, 1000, sink);
            assertThat(sink.digest)
                    .isNotNull()
                    .matches(d -> d.kind() == DigestKind.CRC32C && d.parts() == 0);
            assertThat(source.describe(object).digest()).isEqualTo(sink.digest);
        }
    }

    @Test
    void whatIsStoredPackedArrivesAsStored() throws Exception {
        byte[] packed = StrictGcs.packed(Gcs.random(100_000));
        writer().create(
                        BlobInfo.newBuilder(BUCKET, "packed/x").setContentEncoding("gzip").build(),
                        packed);
        try (Source source = open("packed/")) {
            SourceObject object = list(source).getFirst().object();
            Bytes whole = new Bytes();
            source.read(object, 0, object.size(), whole);
            assertThat(whole.taken.toByteArray()).isEqualTo(packed);
            Bytes part = new Bytes();
            source.read(object, 10, 70_000, part);
            assertThat(part.taken.toByteArray()).isEqualTo(Arrays.copyOfRange(packed, 10, 70_000));
        }
    }

    @Test
    void whatIsPutTogetherInTheStoreHasADigest() throws Exception {
        put("compose/a", Gcs.random(100));
        put("compose/b", Gcs.random(200));
        writer().compose(
                        Storage.ComposeRequest.newBuilder()
                                .addSource(List.of("compose/a", "compose/b"))
                                .setTarget(BlobInfo.newBuilder(BUCKET, "composed/x").build())
                                .build());
        try (Source source = open("composed/")) {
            SourceObject object = list(source).getFirst().object();
            assertThat(object.size()).isEqualTo(300);
            assertThat(source.describe(object).digest())
                    .isNotNull()
                    .matches(d -> d.kind() == DigestKind.CRC32C);
        }
    }
}
