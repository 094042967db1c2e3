package dev.cistern.populate.source.azureblob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.AccessTier;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.PublicAccessType;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.blob.specialized.BlockBlobClient;
import com.azure.storage.common.StorageSharedKeyCredential;
import dev.cistern.doubles.azure.AccountKeys;
import dev.cistern.doubles.azure.RedirectingClient;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.testing.Azurite;
import dev.cistern.populate.wire.AzureBlobAuth;
import dev.cistern.populate.wire.AzureBlobSpec;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.TlsSpec;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract against Microsoft's own emulator, which its own client writes to.
class AzuriteIT extends SourceContract {
    private static final String CONTAINER = "contract";

    @TempDir static Path work;
    private static @Nullable Azurite server;
    private static @Nullable BlobServiceClient service;

    @BeforeAll
    static void startServer() throws Exception {
        Azurite started = Azurite.start(work);
        server = started;
        service =
                new BlobServiceClientBuilder()
                        .endpoint(started.endpoint())
                        .httpClient(new RedirectingClient(null))
                        .credential(new StorageSharedKeyCredential(Azurite.ACCOUNT, Azurite.KEY))
                        .buildClient();
        service().createBlobContainer(CONTAINER);
    }

    @AfterAll
    static void stopServer() {
        Objects.requireNonNull(server).close();
    }

    private static BlobServiceClient service() {
        return Objects.requireNonNull(service);
    }

    private static BlobContainerClient writer() {
        return service().getBlobContainerClient(CONTAINER);
    }

    private static Source open(String container, String prefix, AzureBlobAuth auth)
            throws Exception {
        return Azure.open(
                new AzureBlobSpec(
                        Azurite.ACCOUNT,
                        Objects.requireNonNull(server).endpoint(),
                        TlsSpec.PLATFORM,
                        container,
                        prefix,
                        auth,
                        null),
                Map.of());
    }

    private static AzureBlobAuth key(String key) throws Exception {
        return new AzureBlobAuth.AccountKey(
                Files.writeString(Files.createTempFile(work, "key", ""), key).toString());
    }

    @Override
    protected Source open(String prefix) throws Exception {
        return open(CONTAINER, prefix, key(Azurite.KEY));
    }

    @Override
    protected Source openMissing() throws Exception {
        return open("missing", "", key(Azurite.KEY));
    }

    @Override
    protected Source openWithWrongKeys() throws Exception {
        return open(CONTAINER, "", key(AccountKeys.key("wrong")));
    }

    @Override
    protected void put(String key, byte[] bytes) {
        writer().getBlobClient(key)
                .getBlockBlobClient()
                .upload(new ByteArrayInputStream(bytes), bytes.length, true);
    }

    @Override
    protected void remove(String key) {
        writer().getBlobClient(key).delete();
    }

    @Test
    void aListingOfThousandsIsWhole() throws Exception {
        for (int i = 0; i < 5100; i++) {
            put("many/" + i, new byte[0]);
        }
        try (Source source = open("many/")) {
            assertThat(list(source)).hasSize(5100);
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
                    .matches(d -> d.kind() == DigestKind.MD5 && d.parts() == 0);
            assertThat(source.describe(object).digest()).isEqualTo(sink.digest);
            Bytes part = new Bytes();
            source.read(object, 10, 20, part);
            assertThat(part.digest).isNull();
        }
    }

    @Test
    void blocksHaveNoDigestAndAreRead() throws Exception {
        BlockBlobClient client = writer().getBlobClient("blocks/x").getBlockBlobClient();
        List<String> ids =
                List.of(
                        Base64.getEncoder().encodeToString("1".getBytes()),
                        Base64.getEncoder().encodeToString("2".getBytes()));
        byte[] bytes = Azure.random(200_000);
        client.stageBlock(ids.get(0), new ByteArrayInputStream(bytes, 0, 100_000), 100_000);
        client.stageBlock(ids.get(1), new ByteArrayInputStream(bytes, 100_000, 100_000), 100_000);
        client.commitBlockList(ids);
        try (Source source = open("blocks/")) {
            SourceObject object = list(source).getFirst().object();
            Bytes sink = new Bytes();
            source.read(object, 0, 200_000, sink);
            assertThat(sink.taken.toByteArray()).isEqualTo(bytes);
            assertThat(source.describe(object).digest()).isNull();
        }
    }

    @Test
    void whatIsStoredPackedArrivesAsStored() throws Exception {
        byte[] packed = Azure.random(100_000);
        put("packed/x", packed);
        writer().getBlobClient("packed/x")
                .setHttpHeaders(new BlobHttpHeaders().setContentEncoding("gzip"));
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
    void snapshotsAreNotListed() throws Exception {
        put("snapshots/x", new byte[10]);
        writer().getBlobClient("snapshots/x").createSnapshot();
        put("snapshots/x", new byte[11]);
        try (Source source = open("snapshots/")) {
            assertThat(list(source)).extracting(l -> l.object().size()).containsExactly(11L);
        }
    }

    @Test
    void markersOfDirectoriesAreDirectories() throws Exception {
        put("marked/file", new byte[1]);
        put("marked/dir", new byte[0]);
        writer().getBlobClient("marked/dir").setMetadata(Map.of("hdi_isfolder", "true"));
        try (Source source = open("marked/")) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("dir/", "file");
        }
    }

    @Test
    void anArchivedBlobSaysSo() throws Exception {
        put("archived/x", new byte[10]);
        writer().getBlobClient("archived/x").setAccessTier(AccessTier.ARCHIVE);
        try (Source source = open("archived/")) {
            SourceObject object = list(source).getFirst().object();
            assertThatThrownBy(() -> source.read(object, 0, 10, new Bytes()))
                    .satisfies(is(Reason.ACCESS_DENIED))
                    .hasMessageContaining("archive tier");
        }
    }

    @Test
    void aSharedAccessSignatureReads() throws Exception {
        put("sas/x", new byte[10]);
        String token =
                writer().generateSas(
                                new BlobServiceSasSignatureValues(
                                        OffsetDateTime.now().plusHours(1),
                                        new BlobContainerSasPermission()
                                                .setReadPermission(true)
                                                .setListPermission(true)));
        Path file = Files.writeString(Files.createTempFile(work, "sas", ""), token);
        try (Source source = open(CONTAINER, "sas/", new AzureBlobAuth.Sas(file.toString()))) {
            SourceObject object = list(source).getFirst().object();
            Bytes sink = new Bytes();
            source.read(object, 0, 10, sink);
            assertThat(sink.taken.size()).isEqualTo(10);
        }
    }

    @Test
    void aPublicContainerIsReadWithoutCredentials() throws Exception {
        BlobContainerClient open = service().createBlobContainer("open");
        open.setAccessPolicy(PublicAccessType.CONTAINER, List.of());
        open.getBlobClient("x")
                .getBlockBlobClient()
                .upload(new ByteArrayInputStream(new byte[3]), 3);
        try (Source source = open("open", "", new AzureBlobAuth.Anonymous());
                Source closed = open(CONTAINER, "", new AzureBlobAuth.Anonymous())) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("x");
            assertThatThrownBy(() -> list(closed)).hasMessageContaining("container contract");
        }
    }

    @Test
    void theServicesOwnContainersAreRead() throws Exception {
        for (String container : List.of("$root", "$web")) {
            service()
                    .createBlobContainerIfNotExists(container)
                    .getBlobClient("index.html")
                    .getBlockBlobClient()
                    .upload(new ByteArrayInputStream(new byte[3]), 3, true);
            try (Source source = open(container, "", key(Azurite.KEY))) {
                SourceObject object = list(source).getFirst().object();
                Bytes sink = new Bytes();
                source.read(object, 0, 3, sink);
                assertThat(sink.taken.size()).isEqualTo(3);
            }
        }
    }
}
