package dev.cistern.populate.source.oss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.oss.Accounts;
import dev.cistern.doubles.oss.Fault;
import dev.cistern.doubles.oss.StrictOss;
import dev.cistern.populate.digest.Crc64Ecma;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is made of the store's answers, good and odd ones.
class OssAnswersTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Oss oss;

    @BeforeEach
    void start() throws IOException {
        oss = new Oss(directory);
    }

    @AfterEach
    void stop() {
        oss.close();
    }

    private static ObjectDigest crc(byte[] bytes) {
        Crc64Ecma crc = new Crc64Ecma();
        crc.update(bytes, 0, bytes.length);
        return ObjectDigest.whole(DigestKind.CRC64ECMA, DigestKind.CRC64ECMA.hex(crc.getValue()));
    }

    private SourceException failure(Fault fault) throws Exception {
        oss.store.put("t/x", Oss.random(100));
        try (Source source = oss.open("t/")) {
            SourceObject object = Oss.list(source).getFirst();
            oss.store.faults(request -> fault);
            try {
                Oss.read(source, object, 0, 100);
            } catch (SourceException e) {
                return e;
            } finally {
                oss.store.faults(request -> null);
            }
            throw new AssertionError("nothing failed");
        }
    }

    @Test
    void theDigestIsTheStoresCrcHoweverTheObjectWasUploaded() throws Exception {
        byte[] bytes = Oss.random(200_000);
        oss.store.put("t/plain", bytes);
        oss.store.putMultipart("t/parts", bytes);
        try (Source source = oss.open("t/")) {
            for (SourceObject object : Oss.list(source)) {
                SourceContract.Bytes sink = new SourceContract.Bytes();
                source.read(object, 0, bytes.length, sink);
                assertThat(sink.digest).isEqualTo(crc(bytes));
                ObjectDetails details = source.describe(object);
                assertThat(details.digest()).isEqualTo(crc(bytes));
                assertThat(details.object()).isEqualTo(object);
                assertThat(Oss.read(source, object, 70_000, 80_001))
                        .isEqualTo(Arrays.copyOfRange(bytes, 70_000, 80_001));
            }
        }
        assertThat(oss.store.asked(StrictOss.Kind.GET))
                .allSatisfy(
                        asked -> {
                            assertThat(asked.headers()).containsKey("if-match");
                            assertThat(asked.headers().get("authorization"))
                                    .contains("AdditionalHeaders=if-match");
                        });
    }

    @Test
    void anObjectWithoutACrcIsComparedByItsMd5() throws Exception {
        byte[] bytes = Oss.random(5000);
        oss.store.putWithoutCrc("t/x", bytes);
        try (Source source = oss.open("t/")) {
            SourceObject object = Oss.list(source).getFirst();
            ObjectDigest stated = Objects.requireNonNull(source.describe(object).digest());
            assertThat(stated.kind()).isEqualTo(DigestKind.MD5);
            assertThat(stated.trust()).isEqualTo(ObjectDigest.Trust.STATED);
            oss.store.faults(request -> new Fault.Headers(Map.of("Content-MD5", "")));
            ObjectDigest likely = Objects.requireNonNull(source.describe(object).digest());
            assertThat(likely.value()).isEqualTo(stated.value());
            assertThat(likely.trust()).isEqualTo(ObjectDigest.Trust.LIKELY);
            oss.store.faults(
                    request ->
                            new Fault.Headers(
                                    Map.of("Content-MD5", "", "x-oss-object-type", "Appendable")));
            assertThat(source.describe(object).digest()).isNull();
            oss.store.faults(
                    request ->
                            new Fault.Headers(
                                    Map.of(
                                            "Content-MD5",
                                            "",
                                            "x-oss-server-side-encryption",
                                            "KMS")));
            assertThat(source.describe(object).digest()).isNull();
        }
    }

    @Test
    void anEmptyObjectTakesNoRequest() throws Exception {
        oss.store.put("t/empty", new byte[0]);
        try (Source source = oss.open("t/")) {
            ObjectDetails details = source.describe(Oss.list(source).getFirst());
            assertThat(details.object().size()).isZero();
            assertThat(details.digest()).isNotNull();
        }
        assertThat(oss.store.asked()).hasSize(1);
    }

    @Test
    void anEmptyObjectWhoseTagSaysNothingIsAskedInTheStandardsWay() throws Exception {
        oss.store.putMultipart("t/empty", new byte[0]);
        try (Source source = oss.open("t/")) {
            assertThat(source.describe(Oss.list(source).getFirst()).object().size()).isZero();
        }
        assertThat(oss.store.asked(StrictOss.Kind.GET).getFirst().headers())
                .containsEntry("x-oss-range-behavior", "standard")
                .containsEntry("range", "bytes=0-0");
    }

    @Test
    void aSymlinkIsReadAsWhatItLeadsTo() throws Exception {
        byte[] bytes = Oss.random(70_000);
        oss.store.put("target", bytes);
        oss.store.symlink("t/link", "target");
        try (Source source = oss.open("t/")) {
            SourceObject listed = Oss.list(source).getFirst();
            assertThat(listed.sized()).isFalse();
            assertThat(listed.version()).isNull();
            ObjectDetails details = source.describe(listed);
            assertThat(details.object().size()).isEqualTo(70_000);
            assertThat(details.digest()).isEqualTo(crc(bytes));
            assertThat(Oss.read(source, details.object(), 0, 70_000)).isEqualTo(bytes);
            assertThat(Oss.read(source, details.object(), 5, 10))
                    .isEqualTo(Arrays.copyOfRange(bytes, 5, 10));
            oss.store.put("target", Oss.random(70_001));
            assertThatThrownBy(() -> Oss.read(source, details.object(), 0, 70_000))
                    .isInstanceOf(SourceException.Changed.class);
        }
        try (Source one = oss.open("t/link")) {
            assertThat(Oss.list(one)).hasSize(1);
        }
    }

    @Test
    void aSymlinkThatLeadsNowhereIsAFinalWord() throws Exception {
        oss.store.symlink("t/nowhere", "gone");
        oss.store.symlink("u/twice", "t/nowhere");
        try (Source source = oss.open("t/")) {
            SourceObject listed = Oss.list(source).getFirst();
            assertThatThrownBy(() -> source.describe(listed))
                    .satisfies(
                            Oss.refused(
                                    Reason.NO_SUCH_OBJECT,
                                    "t/nowhere",
                                    "SymlinkTargetNotExist",
                                    "exclude"));
        }
        try (Source source = oss.open("u/")) {
            SourceObject listed = Oss.list(source).getFirst();
            assertThatThrownBy(() -> source.describe(listed))
                    .satisfies(Oss.refused(Reason.INVALID_CONFIGURATION, "InvalidTargetType"));
        }
    }

    @Test
    void whatIsArchivedIsAFinalWordUnlessItIsRestored() throws Exception {
        byte[] bytes = Oss.random(100);
        oss.store.archive("t/cold", bytes, "ColdArchive", null);
        oss.store.archive("t/restored", bytes, "Archive", "ongoing-request=\"false\"");
        try (Source source = oss.open("t/")) {
            List<SourceObject> listed = Oss.list(source);
            assertThatThrownBy(() -> Oss.read(source, listed.getFirst(), 0, 100))
                    .satisfies(
                            Oss.refused(
                                    Reason.ACCESS_DENIED,
                                    "t/cold",
                                    "is archived",
                                    "0026-00000026",
                                    "RequestId",
                                    "restore"));
            assertThat(Oss.read(source, listed.getLast(), 0, 100)).isEqualTo(bytes);
        }
    }

    @Test
    void whatIsSaidToBePackedArrivesAsStored() throws Exception {
        byte[] packed = Oss.random(20_000);
        byte[] text = "line\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
        oss.store.put("t/a", packed, "text/plain", "gzip");
        oss.store.put("t/b", text, "text/plain", null);
        try (Source source = oss.open("t/")) {
            List<SourceObject> listed = Oss.list(source);
            assertThat(Oss.read(source, listed.getFirst(), 0, 20_000)).isEqualTo(packed);
            assertThat(Oss.read(source, listed.getLast(), 0, 5000)).isEqualTo(text);
        }
        assertThat(oss.store.asked(StrictOss.Kind.GET))
                .allSatisfy(
                        asked ->
                                assertThat(asked.headers())
                                        .containsEntry("accept-encoding", "identity"));
    }

    @Test
    void namesOfEveryLengthAndKindAreListedAndRead() throws Exception {
        String longest = "t/" + "я".repeat(510) + "x";
        assertThat(longest.getBytes(StandardCharsets.UTF_8)).hasSize(1023);
        List<String> names =
                List.of(longest, "t/\u0001\u001f", "t/\uFFFD", "t/a//b", "t/%2F", "t/+ +", "t/=&?");
        names.forEach(name -> oss.store.put(name, name.getBytes(StandardCharsets.UTF_8)));
        try (Source source = oss.open("t/")) {
            List<SourceObject> listed = Oss.list(source);
            assertThat(listed)
                    .extracting(SourceObject::id)
                    .containsExactlyInAnyOrderElementsOf(names);
            for (SourceObject object : listed) {
                assertThat(Oss.read(source, object, 0, object.size()))
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo(object.id());
            }
        }
    }

    @Test
    void aHundredThousandKeysAreListedPageByPage() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            oss.store.put("t/%06d".formatted(i), new byte[] {(byte) i});
        }
        try (Source source = oss.open("t/")) {
            List<SourceObject> listed = Oss.list(source);
            assertThat(listed).hasSize(100_000);
            assertThat(listed.getLast().id()).isEqualTo("t/099999");
        }
        assertThat(oss.store.asked(StrictOss.Kind.LIST)).hasSize(100);
    }

    @Test
    void aListingThatCannotBeFollowedIsTold() throws Exception {
        oss.store.put("t/x", new byte[1]);
        String page = "<ListBucketResult><Name>bucket</Name>%s</ListBucketResult>";
        for (String[] odd :
                new String[][] {
                    {"<IsTruncated>true</IsTruncated>", "without a token"},
                    {"", "does not say whether it is the last"},
                    {"<IsTruncated>false</IsTruncated><Contents></Contents>", "without key"}
                }) {
            oss.store.faults(
                    request ->
                            request.kind() == StrictOss.Kind.LIST
                                    ? new Fault.Other(200, Map.of(), page.formatted(odd[0]))
                                    : null);
            try (Source source = oss.open("t/")) {
                assertThatThrownBy(() -> Oss.list(source))
                        .isInstanceOf(SourceException.class)
                        .hasMessageContaining(odd[1]);
            }
        }
        oss.store.faults(request -> new Fault.Other(200, Map.of(), "<html>portal: log in</html>"));
        try (Source source = oss.open("t/")) {
            assertThatThrownBy(() -> Oss.list(source))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("not a listing");
        }
    }

    @Test
    void throttlingAsksForLessWhateverItsStatus() throws Exception {
        for (Fault.Error fault :
                List.of(
                        new Fault.Error(
                                503,
                                "QpsLimitExceeded",
                                "Slow.",
                                "0004-1",
                                Map.of("Retry-After", "7")),
                        new Fault.Error(
                                503,
                                "DownloadTrafficRateLimitExceeded",
                                "Slow.",
                                "0004-2",
                                Map.of("Retry-After", "7")),
                        new Fault.Error(
                                400,
                                "TotalTrafficRateLimitExceeded",
                                "Slow.",
                                "0004-3",
                                Map.of("Retry-After", "7")),
                        new Fault.Error(
                                429,
                                "TooManyRequests",
                                "Slow.",
                                "0004-4",
                                Map.of("Retry-After", "7")))) {
            assertThat(failure(fault))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> {
                                assertThat(e.busy()).as(fault.code()).isTrue();
                                assertThat(e.afterMillis()).isEqualTo(7000);
                            })
                    .hasMessageContainingAll(fault.code(), fault.cause(), "RequestId");
        }
        assertThat(failure(new Fault.Error(400, "RequestTimeout", "Your socket was idle.")))
                .isInstanceOfSatisfying(
                        SourceException.Retryable.class, e -> assertThat(e.busy()).isFalse());
        assertThat(failure(new Fault.Error(500, "InternalError", "We are sorry.")))
                .isInstanceOf(SourceException.Retryable.class);
    }

    @Test
    void whatPeopleHaveToMendIsSaid() throws Exception {
        assertThat(failure(new Fault.Error(403, "UserDisable", "UserDisable")))
                .satisfies(Oss.refused(Reason.ACCESS_DENIED, "bills to pay"));
        assertThat(
                        failure(
                                new Fault.Error(
                                        403, "AccessDenied", "This request is forbidden by kms")))
                .satisfies(Oss.refused(Reason.ACCESS_DENIED, "oss:GetObject", "kms:Decrypt"));
        assertThat(
                        failure(
                                new Fault.Error(
                                        403, "CnameDenied", "The cname belongs to another user")))
                .satisfies(Oss.refused(Reason.INVALID_CONFIGURATION, "cname"));
        assertThat(
                        failure(
                                new Fault.Other(
                                        403,
                                        Map.of("x-amz-request-id", "1", "x-oss-request-id", ""),
                                        "<Error><Code>AccessDenied</Code></Error>")))
                .satisfies(Oss.refused(Reason.ACCESS_DENIED, "read it with type s3"));
    }

    @Test
    void whoMayNotListOrReadIsToldWhatToAllow() throws Exception {
        oss.store.put("t/x", Oss.random(10));
        oss.store.deniesListing(Oss.READER);
        try (Source source = oss.open("t/")) {
            assertThatThrownBy(() -> Oss.list(source))
                    .satisfies(Oss.refused(Reason.ACCESS_DENIED, "oss:ListObjects", "EC 0003-"));
            oss.store.deniesListing();
            oss.store.deniesObjects(Oss.READER);
            SourceObject object = Oss.list(source).getFirst();
            assertThatThrownBy(() -> Oss.read(source, object, 0, 10))
                    .satisfies(Oss.refused(Reason.ACCESS_DENIED, "t/x", "oss:GetObject"));
            // A HEAD has no document; what it is refused for is in a header.
            assertThatThrownBy(() -> source.describe(object))
                    .satisfies(Oss.refused(Reason.ACCESS_DENIED, "You have no right"));
        }
    }

    @Test
    void whoMayReadAnObjectAndNotListReadsItByItsName() throws Exception {
        oss.store.put("t/x", Oss.random(10));
        oss.store.deniesListing(Oss.READER);
        try (Source source = oss.open("t/x")) {
            SourceObject object = Oss.list(source).getFirst();
            assertThat(Oss.read(source, object, 0, 10)).isEqualTo(Oss.random(10));
        }
        try (Source source = oss.open("t/y")) {
            assertThatThrownBy(() -> Oss.list(source))
                    .satisfies(Oss.refused(Reason.ACCESS_DENIED, "oss:ListObjects"));
        }
    }

    @Test
    void aWrongSignatureIsAFinalWordAtAnyTime() throws Exception {
        assertThat(failure(new Fault.Error(403, "SignatureDoesNotMatch", "It does not match.")))
                .satisfies(
                        Oss.refused(Reason.INVALID_CREDENTIALS, "check the access key's secret"));
        assertThat(failure(new Fault.Error(403, "InvalidAccessKeyId", "There is none.")))
                .satisfies(Oss.refused(Reason.CREDENTIALS_EXPIRED, "any more"));
    }

    @Test
    void theRequesterPaysWhereThatIsAsked() throws Exception {
        oss.store.put("t/x", Oss.random(10));
        oss.store.requesterPays("owner");
        try (Source source = oss.open("t/")) {
            assertThatThrownBy(() -> Oss.list(source))
                    .satisfies(Oss.refused(Reason.ACCESS_DENIED, "requesterPays"));
        }
        try (Source source =
                Oss.open(
                        Oss.spec(
                                oss.store.endpoint(),
                                StrictOss.BUCKET,
                                "t/",
                                null,
                                true,
                                oss.auth(oss.key)),
                        Map.of())) {
            SourceObject object = Oss.list(source).getFirst();
            assertThat(Oss.read(source, object, 0, 10)).hasSize(10);
            assertThat(source.describe(object).object()).isEqualTo(object);
        }
    }

    @Test
    void theStoresClockIsTakenUp() throws Exception {
        oss.store.put("t/x", Oss.random(10));
        for (Duration ahead : List.of(Duration.ofHours(3), Duration.ofDays(-2))) {
            oss.store.ahead(ahead);
            try (Source source = oss.open("t/")) {
                SourceObject object = Oss.list(source).getFirst();
                assertThat(source.describe(object).object().size()).isEqualTo(10);
                oss.store.ahead(ahead.multipliedBy(2));
                assertThat(source.describe(object).object().size()).isEqualTo(10);
            }
        }
        assertThat(failure(new Fault.Error(403, "RequestTimeTooSkewed", "too large")))
                .satisfies(Oss.refused(Reason.INVALID_CREDENTIALS, "set the clock"));
    }

    @Test
    void bodiesThatAreCutOrDamagedAreNeverTakenForTheObject() throws Exception {
        byte[] bytes = Oss.random(100_000);
        oss.store.put("t/x", bytes);
        try (Source source = oss.open("t/")) {
            SourceObject object = Oss.list(source).getFirst();
            oss.store.faults(request -> new Fault.Cut(70_000));
            assertThatThrownBy(() -> Oss.read(source, object, 0, 100_000))
                    .isInstanceOf(SourceException.Retryable.class);
            oss.store.faults(request -> new Fault.Headers(Map.of("Content-Length", "99999")));
            assertThatThrownBy(() -> Oss.read(source, object, 0, 100_000))
                    .isInstanceOf(SourceException.class);
            oss.store.faults(request -> new Fault.RangeIgnored());
            assertThat(Oss.read(source, object, 10, 20))
                    .isEqualTo(Arrays.copyOfRange(bytes, 10, 20));
            oss.store.faults(request -> new Fault.Chunked());
            assertThat(Oss.read(source, object, 0, 100_000)).isEqualTo(bytes);
            oss.store.faults(
                    request ->
                            new Fault.Other(
                                    200,
                                    Map.of(),
                                    "<Error><Code>InternalError</Code><Message>m</Message></Error>"));
            assertThatThrownBy(() -> Oss.read(source, object, 0, 100_000))
                    .isInstanceOf(SourceException.Retryable.class)
                    .hasMessageContaining("InternalError");
        }
    }

    @Test
    void nobodySecretFollowsARedirectToAnotherHost() throws Exception {
        oss.store.put("t/x", Oss.random(10));
        try (StrictOss other = new StrictOss(new Accounts())) {
            other.put("t/x", Oss.random(10));
            oss.store.faults(
                    request ->
                            new Fault.Other(
                                    302,
                                    Map.of("Location", other.endpoint() + "/bucket/?list-type=2"),
                                    ""));
            try (Source source = oss.open("t/")) {
                assertThatThrownBy(() -> Oss.list(source))
                        .satisfies(Oss.refused(Reason.INVALID_CONFIGURATION, "set endpoint"));
            }
            assertThat(other.asked()).isEmpty();
        }
    }
}
