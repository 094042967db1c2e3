package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.Versitygw;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// The contract against a real server that checks signatures. Both S3 clients run it.
abstract class VersitygwContract extends SourceContract {
    private static final String BUCKET = "contract";
    @TempDir static Path work;
    private static @Nullable Versitygw server;
    private static @Nullable S3Client writer;

    protected abstract S3Api api(S3Location location, AwsKeys.Provider keys, Tls tls);

    @BeforeAll
    static void startServer() throws Exception {
        Versitygw started = Versitygw.start(work);
        server = started;
        S3Client client =
                S3Client.builder()
                        .endpointOverride(URI.create(started.endpoint()))
                        .region(Region.US_EAST_1)
                        .forcePathStyle(true)
                        .httpClient(UrlConnectionHttpClient.create())
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(
                                                Versitygw.KEY_ID, Versitygw.SECRET)))
                        .build();
        client.createBucket(b -> b.bucket(BUCKET));
        writer = client;
    }

    @AfterAll
    static void stopServer() {
        writer().close();
        java.util.Objects.requireNonNull(server).close();
    }

    private static S3Client writer() {
        return java.util.Objects.requireNonNull(writer);
    }

    private Source open(String bucket, String prefix, String id, String secret) {
        String endpoint = java.util.Objects.requireNonNull(server).endpoint();
        S3Location location = S3Location.of(endpoint, "us-east-1", bucket, true);
        AwsKeys keys = new AwsKeys(id, secret, null);
        return S3Source.of(location, prefix, api(location, () -> keys, new Tls(null, false)));
    }

    @Override
    protected Source open(String prefix) {
        return open(BUCKET, prefix, Versitygw.KEY_ID, Versitygw.SECRET);
    }

    @Override
    protected Source openMissing() {
        return open("missing", "", Versitygw.KEY_ID, Versitygw.SECRET);
    }

    @Override
    protected Source openWithWrongKeys() {
        return open(BUCKET, "", Versitygw.KEY_ID, "wrong");
    }

    @Override
    protected void put(String key, byte[] bytes) {
        writer().putObject(
                        b ->
                                b.bucket(BUCKET)
                                        .key(key)
                                        .checksumCRC64NVME(
                                                FaultyS3.crc(DigestKind.CRC64NVME, bytes)),
                        RequestBody.fromBytes(bytes));
    }

    @Override
    protected void remove(String key) {
        writer().deleteObject(b -> b.bucket(BUCKET).key(key));
    }

    @Test
    void aListingOfThousandsIsWhole() throws Exception {
        for (int i = 0; i < 1500; i++) {
            writer().putObject(
                            b -> b.bucket(BUCKET).key("many/" + java.util.UUID.randomUUID()),
                            RequestBody.empty());
        }
        try (Source source = open("many/")) {
            assertThat(list(source)).hasSize(1500);
        }
    }

    @Test
    void theDigestComesWithTheBytes() throws Exception {
        put("digest/x", new byte[1000]);
        try (Source source = open("digest/")) {
            Bytes sink = new Bytes();
            source.read(list(source).getFirst().object(), 0, 1000, sink);
            assertThat(sink.digest)
                    .isNotNull()
                    .matches(d -> d.kind() == DigestKind.CRC64NVME && d.parts() == 0);
            assertThat(source.describe(list(source).getFirst().object()).digest())
                    .isEqualTo(sink.digest);
        }
    }
}
