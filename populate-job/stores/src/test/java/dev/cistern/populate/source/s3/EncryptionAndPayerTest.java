package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.RequestPayer;

/// Objects that are encrypted with a key of the customer's or of KMS, buckets whose readers pay, and what refusals of them mean.
class EncryptionAndPayerTest {
    private static final byte[] KEY =
            "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final String SSE = "x-amz-server-side-encryption-customer-";
    private static final SourceObject OBJECT = new SourceObject("x", 500, null, 0);

    @TempDir Path directory;
    private final FaultyS3 server = new FaultyS3();
    private final BufferPool buffers = BufferPool.of(128 * 1024);

    EncryptionAndPayerTest() throws IOException {}

    @BeforeEach
    void store() {
        server.put("x", new byte[500]);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private CustomerKey key(byte[] content) throws IOException {
        return CustomerKey.of(Files.write(directory.resolve("key"), content));
    }

    private Source open(@Nullable CustomerKey key, boolean pays) {
        S3Location location = S3Location.of(server.endpoint(), null, FaultyS3.BUCKET, true);
        AwsKeys keys = new AwsKeys(FaultyS3.KEY_ID, FaultyS3.SECRET, null);
        HttpClient http =
                new HttpClient(new HttpClient.Settings(5000, 5000, buffers), new Tls(null, false));
        return S3Source.of(
                location, "", new DirectApi(location, http, () -> keys, key, pays, "test"));
    }

    private S3Client sdk() {
        return S3Client.builder()
                .endpointOverride(URI.create(server.endpoint()))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .httpClient(UrlConnectionHttpClient.create())
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(FaultyS3.KEY_ID, FaultyS3.SECRET)))
                .build();
    }

    /// As AWS does: an object of SSE-C is given for its key alone, all three headers signed, and listings do without.
    private static @Nullable Fault unlessWithKey(FaultyS3.Asked asked) {
        Map<String, String> headers = asked.headers();
        List<String> given = headers.keySet().stream().filter(n -> n.startsWith(SSE)).toList();
        if (asked.listing()) {
            return given.isEmpty() ? null : new Fault.Status(400, "InvalidArgument", Map.of());
        }
        String signed = headers.getOrDefault("authorization", "");
        boolean good =
                given.size() == 3
                        && "AES256".equals(headers.get(SSE + "algorithm"))
                        && Base64.getEncoder().encodeToString(KEY).equals(headers.get(SSE + "key"))
                        && Base64.getEncoder()
                                .encodeToString(FaultyS3.digest("MD5", KEY))
                                .equals(headers.get(SSE + "key-md5"))
                        && given.stream().allMatch(name -> signed.contains(name));
        return good ? null : new Fault.Status(400, "InvalidRequest", Map.of());
    }

    private static List<String> read(Source source) throws Exception {
        List<String> listed = new ArrayList<>();
        source.list(
                "",
                new Source.Listing() {
                    @Override
                    public void object(SourceObject object, String path) {
                        listed.add(path);
                    }

                    @Override
                    public void page(String next) {}
                });
        source.describe(OBJECT);
        Counter counter = new Counter();
        source.read(OBJECT, 0, 500, counter);
        assertThat(counter.bytes).isEqualTo(500);
        return listed;
    }

    private static final class Counter implements ObjectSink {
        private int bytes;

        @Override
        public void begin(@Nullable ObjectDigest digest) {}

        @Override
        public void accept(ByteBuffer buffer) {
            bytes += buffer.remaining();
            buffer.position(buffer.limit());
        }
    }

    /// The double asks for what AWS's own client sends.
    @Test
    void theOfficialClientPassesTheSameChecks() {
        server.faults(EncryptionAndPayerTest::unlessWithKey);
        String key = Base64.getEncoder().encodeToString(KEY);
        String md5 = Base64.getEncoder().encodeToString(FaultyS3.digest("MD5", KEY));
        try (S3Client client = sdk()) {
            client.listObjectsV2(ListObjectsV2Request.builder().bucket(FaultyS3.BUCKET).build());
            client.headObject(
                    HeadObjectRequest.builder()
                            .bucket(FaultyS3.BUCKET)
                            .key("x")
                            .sseCustomerAlgorithm("AES256")
                            .sseCustomerKey(key)
                            .sseCustomerKeyMD5(md5)
                            .build());
            byte[] bytes =
                    client.getObject(
                                    GetObjectRequest.builder()
                                            .bucket(FaultyS3.BUCKET)
                                            .key("x")
                                            .sseCustomerAlgorithm("AES256")
                                            .sseCustomerKey(key)
                                            .sseCustomerKeyMD5(md5)
                                            .build(),
                                    ResponseTransformer.toBytes())
                            .asByteArray();
            assertThat(bytes).hasSize(500);
            server.faults(EncryptionAndPayerTest::unlessPaid);
            client.listObjectsV2(
                    ListObjectsV2Request.builder()
                            .bucket(FaultyS3.BUCKET)
                            .requestPayer(RequestPayer.REQUESTER)
                            .build());
        }
    }

    @Test
    void objectsAreAskedForWithTheCustomersKeyAndListingsWithout() throws Exception {
        server.faults(EncryptionAndPayerTest::unlessWithKey);
        try (Source source = open(key(KEY), false)) {
            assertThat(read(source)).containsExactly("x");
        }
        assertThat(server.asked()).hasSizeGreaterThan(2);
    }

    @Test
    void aKeyIsThirtyTwoBytesOrTheseInBase64() throws Exception {
        server.faults(EncryptionAndPayerTest::unlessWithKey);
        String text = Base64.getEncoder().encodeToString(KEY) + "\n";
        try (Source source = open(key(text.getBytes(StandardCharsets.US_ASCII)), false)) {
            read(source);
        }
        for (String wrong : List.of("", "short", "x".repeat(33), "!".repeat(44), "QUJD")) {
            assertThatThrownBy(() -> key(wrong.getBytes(StandardCharsets.US_ASCII)))
                    .hasMessageContaining("holds no key for AES-256")
                    .satisfies(
                            e ->
                                    assertThat(wrong.isEmpty() || !e.toString().contains(wrong))
                                            .isTrue());
        }
        assertThat(key(KEY)).hasToString("CustomerKey");
    }

    private static @Nullable Fault unlessPaid(FaultyS3.Asked asked) {
        boolean pays =
                "requester".equals(asked.headers().get("x-amz-request-payer"))
                        && asked.headers()
                                .getOrDefault("authorization", "")
                                .contains("x-amz-request-payer");
        return pays ? null : new Fault.Status(403, "AccessDenied", Map.of());
    }

    @Test
    void everyRequestSaysThatTheRequesterPays() throws Exception {
        server.faults(EncryptionAndPayerTest::unlessPaid);
        try (Source source = open(null, true)) {
            read(source);
        }
        try (Source source = open(null, false)) {
            assertThatThrownBy(() -> read(source))
                    .hasMessageContaining("set s3.requesterPays (--request-payer)");
        }
    }

    private static Fault.Other document(int status, String code, String message) {
        return new Fault.Other(
                status,
                Map.of(),
                "<Error><Code>"
                        + code
                        + "</Code><Message>"
                        + message
                        + "</Message>"
                        + "<StorageClass>DEEP_ARCHIVE</StorageClass></Error>");
    }

    private void assertRefused(@Nullable CustomerKey key, Fault fault, String... says) {
        server.faults(asked -> asked.method().equals("GET") && !asked.listing() ? fault : null);
        try (Source source = open(key, false)) {
            assertThatThrownBy(() -> source.read(OBJECT, 0, 500, new Counter()))
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.ACCESS_DENIED))
                    .satisfies(
                            e -> assertThat(e.getMessage()).contains("object x in").contains(says));
        }
    }

    /// As AWS words it.
    @Test
    void aKeyOfKmsThatMayNotBeUsedIsNamed() {
        String arn = "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab";
        assertRefused(
                null,
                document(
                        403,
                        "AccessDenied",
                        "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform:"
                                + " kms:Decrypt on resource: "
                                + arn
                                + " because no identity-based policy allows the kms:Decrypt"
                                + " action"),
                "allow kms:Decrypt on the key " + arn,
                "identity's policy");
        assertRefused(
                null,
                document(400, "KMS.DisabledException", arn + " is disabled."),
                "the key " + arn,
                "check the state");
        assertRefused(
                null,
                document(
                        400,
                        "InvalidArgument",
                        "Requests specifying Server Side Encryption with AWS KMS managed keys"
                                + " require AWS Signature Version 4."),
                "nobody reads it anonymously");
    }

    @Test
    void whatKmsCannotServeNowIsAskedForAgain() {
        server.faults(asked -> document(400, "KMS.ThrottlingException", "Rate exceeded"));
        try (Source source = open(null, false)) {
            assertThatThrownBy(() -> source.read(OBJECT, 0, 500, new Counter()))
                    .isInstanceOf(SourceException.Retryable.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "false | 400 | InvalidRequest | The object was stored using a form of Server Side"
                    + " Encryption. The correct parameters must be provided to retrieve the object."
                    + " | name the Secret that holds the key in s3.customerKeySecretRef",
                "true | 400 | InvalidRequest | The encryption parameters are not applicable to this"
                        + " object. | is not encrypted with a customer's key",
                "true | 403 | AccessDenied | The provided encryption parameters did not match the"
                        + " ones used originally. | encrypted with another key than",
                "true | 403 | AccessDenied | Access Denied | another customer's key than it was"
                        + " written with is refused likewise",
                "false | 403 | AccessDenied | Access Denied | allow s3:GetObject on it, and"
                        + " kms:Decrypt on its key",
                "false | 403 | InvalidObjectState | The operation is not valid for the object's"
                        + " storage class | is archived in storage class DEEP_ARCHIVE"
            })
    void eachRefusalSaysWhatToDo(
            boolean given, int status, String code, String message, String says) throws Exception {
        assertRefused(given ? key(KEY) : null, document(status, code, message), says);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAnswerToAHeadHasNoWords(boolean given) throws Exception {
        server.faults(asked -> new Fault.Other(400, Map.of(), ""));
        try (Source source = open(given ? key(KEY) : null, false)) {
            assertThatThrownBy(() -> source.describe(OBJECT))
                    .hasMessageContaining(
                            given
                                    ? "is not encrypted with a customer's key"
                                    : "is probably encrypted");
        }
    }

    @Test
    void theKeyIsNeverShown() throws Exception {
        CustomerKey key = key(KEY);
        Set<String> secrets =
                Set.of(
                        Base64.getEncoder().encodeToString(KEY),
                        new String(KEY, StandardCharsets.US_ASCII));
        for (Fault fault :
                List.of(
                        document(403, "AccessDenied", "Access Denied"),
                        new Fault.Status(500, "InternalError", Map.of()),
                        new Fault.Raw("nonsense\r\n\r\n"))) {
            server.faults(asked -> fault);
            try (Source source = open(key, false)) {
                assertThatThrownBy(() -> source.read(OBJECT, 0, 500, new Counter()))
                        .satisfies(
                                e -> assertThat(secrets).noneMatch(s -> e.toString().contains(s)));
            }
        }
    }
}
