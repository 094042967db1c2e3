package dev.cistern.populate.source.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.gcs.Fault;
import dev.cistern.doubles.gcs.StrictGcs;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Handling of the store's responses, usual and unusual.
class GcsAnswersTest {
    @RegisterExtension final Gcs gcs = new Gcs();

    private static List<SourceObject> list(Source source) throws Exception {
        return SourceContract.list(source).stream().map(SourceContract.Listed::object).toList();
    }

    private static byte[] read(Source source, SourceObject object, long from, long to)
            throws Exception {
        SourceContract.Bytes sink = new SourceContract.Bytes();
        source.read(object, from, to, sink);
        return sink.taken.toByteArray();
    }

    private static ObjectDigest crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return ObjectDigest.whole(
                DigestKind.CRC32C, HexFormat.of().toHexDigits((int) crc.getValue()));
    }

    private static Consumer<Throwable> refused(Reason reason, String... words) {
        return e ->
                assertThat(e)
                        .isInstanceOfSatisfying(
                                SourceException.Refused.class,
                                refused -> assertThat(refused.reason()).isEqualTo(reason))
                        .hasMessageContainingAll(words);
    }

    @Test
    void whatIsStoredPackedArrivesAsStored() throws Exception {
        byte[] packed = StrictGcs.packed(Gcs.random(200_000));
        gcs.store.put("t/packed", packed, "gzip");
        gcs.store.put("t/said-to-be-packed", packed, "gzip", false, true);
        gcs.store.put("t/brotli", packed, "br");
        try (Source source = gcs.open("t/")) {
            for (SourceObject object : list(source)) {
                assertThat(object.size()).isEqualTo(packed.length);
                assertThat(read(source, object, 0, packed.length)).isEqualTo(packed);
                assertThat(read(source, object, 70_000, 80_001))
                        .isEqualTo(Arrays.copyOfRange(packed, 70_000, 80_001));
                assertThat(source.describe(object).digest()).isEqualTo(crc(packed));
            }
        }
        assertThat(gcs.store.asked(StrictGcs.Kind.MEDIA)).hasSize(6);
    }

    @Test
    void aProxyThatPacksIsAskedNotTo() throws Exception {
        byte[] bytes = new byte[100_000];
        gcs.store.put("t/x", bytes);
        gcs.store.faults(
                request ->
                        request.headers().getOrDefault("accept-encoding", "").contains("gzip")
                                ? new Fault.Packed()
                                : null);
        try (Source source = gcs.open("t/")) {
            SourceObject object = list(source).getFirst();
            assertThat(read(source, object, 0, bytes.length)).isEqualTo(bytes);
            assertThat(read(source, object, 10, 20)).isEqualTo(new byte[10]);
        }
    }

    @Test
    void theDigestIsTheStoresCrc() throws Exception {
        byte[] bytes = Gcs.random(5000);
        gcs.store.put("t/plain", bytes);
        gcs.store.compose("t/composed", bytes);
        try (Source source = gcs.open("t/")) {
            for (SourceObject object : list(source)) {
                SourceContract.Bytes sink = new SourceContract.Bytes();
                source.read(object, 0, 5000, sink);
                assertThat(sink.digest).isEqualTo(crc(bytes));
                ObjectDetails details = source.describe(object);
                assertThat(details.digest()).isEqualTo(crc(bytes));
                assertThat(details.object()).isEqualTo(object);
            }
        }
    }

    @Test
    void theListingsCrcStandsInForOneThatIsLeftOut() throws Exception {
        byte[] bytes = Gcs.random(5000);
        gcs.store.put("t/x", bytes);
        gcs.store.faults(request -> new Fault.Headers(Map.of("X-Goog-Hash", "")));
        try (Source source = gcs.open("t/")) {
            SourceContract.Bytes sink = new SourceContract.Bytes();
            source.read(list(source).getFirst(), 0, 5000, sink);
            assertThat(sink.digest).isEqualTo(crc(bytes));
        }
    }

    @Test
    void anEmptyObjectTakesNoRequest() throws Exception {
        gcs.store.put("t/empty", new byte[0]);
        try (Source source = gcs.open("t/")) {
            ObjectDetails details = source.describe(list(source).getFirst());
            assertThat(details.object().size()).isZero();
            assertThat(details.digest()).isEqualTo(crc(new byte[0]));
        }
        assertThat(gcs.store.asked()).hasSize(1);
    }

    @Test
    void aGenerationIsReadOrNothing() throws Exception {
        long first = gcs.store.put("t/x", Gcs.random(100));
        try (Source source = gcs.open("t/")) {
            SourceObject listed = list(source).getFirst();
            long second = gcs.store.put("t/x", Gcs.random(100));
            assertThatThrownBy(() -> read(source, listed, 0, 100))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isFalse());
            assertThat(gcs.store.asked(StrictGcs.Kind.MEDIA).getFirst().query())
                    .containsEntry("generation", String.valueOf(first));
            assertThat(source.describe(listed).object().version())
                    .startsWith(String.valueOf(second));
            gcs.store.remove("t/x");
            assertThatThrownBy(() -> read(source, listed, 0, 100))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isTrue());
        }
    }

    @Test
    void pagesGoOnAlsoWhereTheyAreEmpty() throws Exception {
        for (int i = 0; i < 25; i++) {
            gcs.store.put("t/" + (100 + i), new byte[i]);
        }
        gcs.store.pageSize(10);
        gcs.store.emptyPages(4);
        try (Source source = gcs.open("t/")) {
            assertThat(list(source)).hasSize(25);
            List<String> positions = new ArrayList<>();
            source.list(
                    "",
                    new Source.Listing() {
                        @Override
                        public void object(SourceObject object, String path) {}

                        @Override
                        public void page(String after) {
                            positions.add(after);
                        }
                    });
            List<SourceObject> rest = new ArrayList<>();
            try (Source other = gcs.open("t/")) {
                other.list(
                        positions.getFirst(),
                        new Source.Listing() {
                            @Override
                            public void object(SourceObject object, String path) {
                                rest.add(object);
                            }

                            @Override
                            public void page(String after) {}
                        });
            }
            assertThat(rest).hasSizeGreaterThanOrEqualTo(15);
        }
    }

    @Test
    void bodiesInChunksAndRangesThatAreIgnoredAreTaken() throws Exception {
        byte[] bytes = Gcs.random(100_000);
        gcs.store.put("t/x", bytes);
        try (Source source = gcs.open("t/")) {
            SourceObject object = list(source).getFirst();
            gcs.store.faults(request -> new Fault.Chunked());
            assertThat(read(source, object, 0, 100_000)).isEqualTo(bytes);
            gcs.store.faults(request -> new Fault.RangeIgnored());
            assertThat(read(source, object, 5, 70_000))
                    .isEqualTo(Arrays.copyOfRange(bytes, 5, 70_000));
            gcs.store.faults(request -> new Fault.Cut(50_000));
            assertThatThrownBy(() -> read(source, object, 0, 100_000))
                    .isInstanceOf(SourceException.Retryable.class);
        }
    }

    @Test
    void aStoreThatIsBusyIsAskedForLess() throws Exception {
        gcs.store.put("t/x", Gcs.random(10));
        try (Source source = gcs.open("t/")) {
            SourceObject object = list(source).getFirst();
            record Case(int status, String reason, boolean busy) {}
            for (Case details :
                    List.of(
                            new Case(503, "backendError", true),
                            new Case(429, "rateLimitExceeded", true),
                            new Case(403, "userRateLimitExceeded", true),
                            new Case(500, "backendError", false),
                            new Case(408, "requestTimeout", false))) {
                gcs.store.faults(
                        request ->
                                new Fault.Error(
                                        details.status,
                                        details.reason,
                                        "Slow down",
                                        Map.of("Retry-After", "3")));
                Consumer<Throwable> right =
                        e ->
                                assertThat(e)
                                        .isInstanceOfSatisfying(
                                                SourceException.Retryable.class,
                                                retryable -> {
                                                    assertThat(retryable.afterMillis())
                                                            .isEqualTo(3000);
                                                    assertThat(retryable.busy())
                                                            .isEqualTo(details.busy);
                                                });
                assertThatThrownBy(() -> list(source)).as(details.toString()).satisfies(right);
                // The error of a media request is plain text, without a reason.
                if (details.status != 403) {
                    assertThatThrownBy(() -> read(source, object, 0, 10)).satisfies(right);
                }
            }
        }
    }

    @Test
    void refusalsSayWhatToDo() throws Exception {
        gcs.store.put("t/x", Gcs.random(10));
        gcs.store.denies(Gcs.READER);
        try (Source source = gcs.open("t/");
                Source anonymous = gcs.open("t/", new GcsAuth.Anonymous())) {
            assertThatThrownBy(() -> list(source))
                    .satisfies(
                            refused(
                                    Reason.ACCESS_DENIED,
                                    "bucket bucket at http://127.0.0.1",
                                    "storage.objects.list",
                                    "roles/storage.objectViewer"));
            assertThatThrownBy(() -> list(anonymous))
                    .satisfies(refused(Reason.ACCESS_DENIED, "Anonymous caller", "not public"));
            gcs.store.publicRead(true);
            assertThat(list(anonymous)).hasSize(1);
            gcs.store.denies();
            SourceObject object = list(source).getFirst();
            gcs.store.faults(
                    request ->
                            new Fault.Error(
                                    400,
                                    "resourceIsEncryptedWithCustomerEncryptionKey",
                                    "The target object is encrypted by a customer-supplied"
                                            + " encryption key.",
                                    Map.of()));
            assertThatThrownBy(() -> read(source, object, 0, 10))
                    .satisfies(refused(Reason.ACCESS_DENIED, "object t/x in bucket", "Cloud KMS"));
        }
    }

    @Test
    void theRequesterPaysIfItSaysSo() throws Exception {
        gcs.store.put("t/x", Gcs.random(10));
        gcs.store.requesterPays("payer");
        try (Source owner = gcs.open("t/");
                Source wrong = Gcs.open(gcs.spec("t/", gcs.auth(), "other", null), Map.of());
                Source payer = Gcs.open(gcs.spec("t/", gcs.auth(), "payer", null), Map.of())) {
            assertThatThrownBy(() -> list(owner))
                    .satisfies(refused(Reason.INVALID_CONFIGURATION, "gcs.userProject"));
            assertThatThrownBy(() -> list(wrong))
                    .satisfies(refused(Reason.ACCESS_DENIED, "serviceUsageConsumer"));
            SourceObject object = list(payer).getFirst();
            assertThat(read(payer, object, 0, 10)).isEqualTo(Gcs.random(10));
            assertThat(payer.describe(object).digest()).isNotNull();
        }
    }

    private GcsSpec of(String project) throws Exception {
        GcsSpec spec = gcs.spec("t/", gcs.auth(), null, null);
        return new GcsSpec(
                spec.endpoint(),
                spec.tls(),
                spec.bucket(),
                spec.prefix(),
                null,
                project,
                spec.auth(),
                null);
    }

    /// To bill a project takes a permission that reading an ordinary bucket does not.
    @Test
    void theProjectOfTheBackendPaysWhereTheBucketAsksAndNowhereElse() throws Exception {
        gcs.store.put("t/x", Gcs.random(10));
        try (Source source = Gcs.open(of("payer"), Map.of())) {
            assertThat(list(source)).hasSize(1);
            // From now on, as owners may decide at any time.
            gcs.store.requesterPays("payer");
            assertThatThrownBy(() -> list(source))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("gcs.projectId payer is billed");
            SourceObject object = list(source).getFirst();
            assertThat(read(source, object, 0, 10)).isEqualTo(Gcs.random(10));
            assertThat(source.describe(object).digest()).isNotNull();
        }
        try (Source source = Gcs.open(of("other"), Map.of())) {
            assertThatThrownBy(() -> list(source)).isInstanceOf(SourceException.Retryable.class);
            assertThatThrownBy(() -> list(source))
                    .satisfies(refused(Reason.ACCESS_DENIED, "gcs.projectId"));
        }
    }

    @Test
    void anEndpointMayHaveAPathAndTheApisOwn() {
        for (String endpoint :
                List.of(
                        "https://store.example/gcs",
                        "https://store.example/gcs/",
                        "https://store.example/gcs/storage/v1/")) {
            GcsLocation location = GcsLocation.of(endpoint, "b");
            assertThat(location.media("a/b c+d"))
                    .isEqualTo("/gcs/download/storage/v1/b/b/o/a%2Fb%20c%2Bd");
            assertThat(location).hasToString("bucket b at https://store.example/gcs");
        }
        assertThat(GcsLocation.of(null, "b"))
                .hasToString("bucket b at https://storage.googleapis.com");
    }
}
