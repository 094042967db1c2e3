package dev.cistern.populate.source.azureblob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.doubles.azure.Asked;
import dev.cistern.doubles.azure.Fault;
import dev.cistern.doubles.azure.PublicAccess;
import dev.cistern.doubles.azure.StoredBlob;
import dev.cistern.doubles.azure.StrictAzureBlob;
import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.http.Keytool;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.AzureBlobAuth;
import dev.cistern.populate.wire.AzureBlobSpec;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is made of the store's answers, good and odd ones.
class AzureBlobAnswersTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Azure azure;

    @BeforeEach
    void start() throws IOException {
        azure = new Azure(directory);
    }

    @AfterEach
    void stop() {
        azure.close();
    }

    private static byte[] read(Source source, SourceObject object, long from, long to)
            throws Exception {
        SourceContract.Bytes sink = new SourceContract.Bytes();
        source.read(object, from, to, sink);
        return sink.taken.toByteArray();
    }

    private static byte[] read(Source source, SourceObject object) throws Exception {
        return read(source, object, 0, object.size());
    }

    private static ObjectDigest md5(byte[] bytes) {
        return ObjectDigest.whole(
                DigestKind.MD5,
                HexFormat.of().formatHex(Base64.getDecoder().decode(StoredBlob.md5(bytes))));
    }

    private static Consumer<Throwable> refused(Reason reason, String... words) {
        return e ->
                assertThat(e)
                        .isInstanceOfSatisfying(
                                SourceException.Refused.class,
                                refused -> assertThat(refused.reason()).isEqualTo(reason))
                        .hasMessageContainingAll(words);
    }

    private void answer(int status, String code, String message) {
        azure.store.faults(request -> new Fault.Error(status, code, message, Map.of()));
    }

    @Test
    void whatIsStoredPackedArrivesAsStored() throws Exception {
        byte[] packed = Azure.random(100_000);
        azure.store.put(
                StrictAzureBlob.CONTAINER,
                "t/packed",
                packed,
                StoredBlob.md5(packed),
                "gzip",
                Map.of());
        try (Source source = azure.open("t/")) {
            SourceObject object = Azure.list(source).getFirst();
            assertThat(object.size()).isEqualTo(packed.length);
            assertThat(read(source, object)).isEqualTo(packed);
            assertThat(read(source, object, 70_000, 80_001))
                    .isEqualTo(Arrays.copyOfRange(packed, 70_000, 80_001));
        }
    }

    @Test
    void theDigestIsTheStoresMd5OfTheWholeBlob() throws Exception {
        byte[] bytes = Azure.random(5000);
        azure.store.put("t/x", bytes);
        try (Source source = azure.open("t/")) {
            SourceObject object = Azure.list(source).getFirst();
            SourceContract.Bytes sink = new SourceContract.Bytes();
            source.read(object, 0, 5000, sink);
            assertThat(sink.digest).isEqualTo(md5(bytes));
            ObjectDetails details = source.describe(object);
            assertThat(details.digest()).isEqualTo(md5(bytes));
            assertThat(details.object()).isEqualTo(object);
            // A part that comes with an MD5 of its own says nothing about the whole.
            azure.store.faults(
                    request ->
                            request.kind() == Asked.Kind.PROPERTIES
                                    ? new Fault.Error(403, "AuthorizationFailure", "no", Map.of())
                                    : new Fault.Headers(
                                            Map.of(
                                                    "x-ms-blob-content-md5",
                                                    "",
                                                    "Content-MD5",
                                                    StoredBlob.md5(new byte[1]))));
            assertThat(source.describe(object).digest()).isEqualTo(md5(bytes));
        }
    }

    @Test
    void aBlobWithoutAnMd5HasNoDigest() throws Exception {
        azure.store.putBlocks("t/blocks", Azure.random(5000), null);
        azure.store.append("t/log", Azure.random(5000), StoredBlob.md5(Azure.random(10)));
        azure.store.put("t/odd", Azure.random(10));
        azure.store.faults(
                request ->
                        request.name().equals("t/odd")
                                ? new Fault.Headers(Map.of("Content-MD5", "not one"))
                                : null);
        try (Source source = azure.open("t/")) {
            for (SourceObject object : Azure.list(source).subList(0, 2)) {
                SourceContract.Bytes sink = new SourceContract.Bytes();
                source.read(object, 0, 5000, sink);
                assertThat(sink.digest).as(object.id()).isNull();
                assertThat(source.describe(object).digest()).as(object.id()).isNull();
            }
            SourceObject odd = Azure.list(source).getLast();
            assertThat(source.describe(odd).digest())
                    .as("the listing's stands in")
                    .isEqualTo(md5(Azure.random(10)));
        }
    }

    @Test
    void anEmptyBlobTakesNoRequest() throws Exception {
        azure.store.put("t/empty", new byte[0]);
        try (Source source = azure.open("t/")) {
            ObjectDetails details = source.describe(Azure.list(source).getFirst());
            assertThat(details.object().size()).isZero();
            assertThat(details.digest()).isEqualTo(md5(new byte[0]));
        }
        assertThat(azure.store.asked()).hasSize(1);
    }

    @Test
    void anEmptyBlobWithoutAnMd5IsLookedAt() throws Exception {
        azure.store.putBlocks("t/empty", new byte[0], null);
        try (Source source = azure.open("t/")) {
            SourceObject object = Azure.list(source).getFirst();
            assertThat(source.describe(object).object().size()).isZero();
            assertThat(read(source, object)).isEmpty();
        }
    }

    @Test
    void anEntityTagIsReadOrNothing() throws Exception {
        azure.store.put("t/x", Azure.random(100));
        try (Source source = azure.open("t/")) {
            SourceObject listed = Azure.list(source).getFirst();
            azure.store.put("t/x", Azure.random(100));
            assertThatThrownBy(() -> read(source, listed))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isFalse());
            Map<String, String> asked = azure.store.asked(Asked.Kind.BLOB).getFirst().headers();
            String tag = BlobVersion.parse(String.valueOf(listed.version())).tag();
            assertThat(asked).containsEntry("if-match", '"' + tag + '"');
            assertThat(source.describe(listed).object().version()).isNotEqualTo(listed.version());
        }
    }

    @Test
    void aRangeIsAskedForInTheStoresOwnHeader() throws Exception {
        azure.store.put("t/x", Azure.random(100));
        try (Source source = azure.open("t/")) {
            read(source, Azure.list(source).getFirst(), 10, 20);
        }
        assertThat(azure.store.asked(Asked.Kind.BLOB).getFirst().headers())
                .containsEntry("x-ms-range", "bytes=10-19")
                .containsEntry("accept-encoding", "identity")
                .doesNotContainKey("range");
    }

    @Test
    void pagesGoOnAlsoWhereTheyAreEmpty() throws Exception {
        for (int i = 0; i < 25; i++) {
            azure.store.put("t/" + (100 + i), new byte[i]);
        }
        azure.store.pageSize(10);
        azure.store.emptyPages(4);
        try (Source source = azure.open("t/")) {
            assertThat(Azure.list(source)).hasSize(25);
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
            try (Source other = azure.open("t/")) {
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
        assertThat(azure.store.asked(Asked.Kind.LIST).getFirst().query())
                .containsEntry("maxresults", "5000")
                .containsEntry("include", "metadata");
    }

    @Test
    void aListingThatChangesWhileItIsReadGivesEachBlobOnce() throws Exception {
        for (int i = 0; i < 30; i++) {
            azure.store.put("t/" + (100 + i), new byte[i]);
        }
        azure.store.pageSize(10);
        azure.store.faults(
                request -> {
                    if (request.kind() == Asked.Kind.LIST && request.number() == 2) {
                        azure.store.put("t/000", new byte[1]);
                        azure.store.put("t/999", new byte[1]);
                        azure.store.remove("t/115");
                    }
                    return null;
                });
        try (Source source = azure.open("t/")) {
            List<String> names = Azure.list(source).stream().map(SourceObject::id).toList();
            assertThat(names).doesNotHaveDuplicates().contains("t/100", "t/999").hasSize(30);
        }
    }

    @Test
    void aHundredThousandBlobsTakeTwentyPages() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            azure.store.put("t/" + i, new byte[0]);
        }
        try (Source source = azure.open("t/")) {
            assertThat(Azure.list(source)).hasSize(100_000);
        }
        assertThat(azure.store.asked(Asked.Kind.LIST)).hasSize(20);
    }

    @Test
    void pagesThatAreTooLargeAreAskedForInSmallerOnes() throws Exception {
        Map<String, String> metadata = Map.of("much", "x".repeat(8000));
        for (int i = 0; i < 2000; i++) {
            azure.store.put(StrictAzureBlob.CONTAINER, "t/" + i, new byte[0], null, null, metadata);
        }
        try (Source source = azure.open("t/")) {
            assertThat(Azure.list(source)).hasSize(2000);
        }
        List<String> sizes =
                azure.store.asked(Asked.Kind.LIST).stream()
                        .map(asked -> asked.query().get("maxresults"))
                        .toList();
        assertThat(sizes.subList(0, 3)).containsExactly("5000", "1250", "312");
        assertThat(Set.copyOf(sizes)).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void namesOf1024CharactersAndSuchThatXmlCannotHoldAreRead() throws Exception {
        List<String> names =
                List.of(
                        "t/" + "ä/".repeat(511),
                        "t/bell\u0007tab\ttwo\u0001",
                        "t/not a character\uffff and + plus %41",
                        "t/$web?comp=list&restype=container",
                        "t/back\\slash",
                        "t/dots.");
        for (String name : names) {
            azure.store.put(name, name.getBytes(StandardCharsets.UTF_8));
        }
        try (Source source = azure.open("t/")) {
            List<SourceObject> all = Azure.list(source);
            assertThat(all).extracting(SourceObject::id).containsExactlyInAnyOrderElementsOf(names);
            for (SourceObject object : all) {
                assertThat(new String(read(source, object), StandardCharsets.UTF_8))
                        .isEqualTo(object.id());
            }
        }
    }

    @Test
    void theServicesOwnContainersAreRead() throws Exception {
        for (String container : List.of("$root", "$web")) {
            azure.store.container(container);
            azure.store.put(container, "index.html", Azure.random(9), null, null, Map.of());
            try (Source source = Azure.open(azure.spec(container, "", azure.key()), Map.of())) {
                assertThat(read(source, Azure.list(source).getFirst())).hasSize(9);
            }
        }
    }

    @Test
    void directoriesOfAHierarchicalNamespaceAreDirectories() throws Exception {
        azure.store.hierarchical(true);
        azure.store.put("t/sub/deep/x", Azure.random(10));
        azure.store.put("t/file", Azure.random(5));
        azure.store.directory("t/empty");
        try (Source source = azure.open("t/")) {
            assertThat(Azure.list(source))
                    .extracting(SourceObject::id)
                    .containsExactly("t/empty/", "t/file", "t/sub/", "t/sub/deep/", "t/sub/deep/x");
            for (SourceObject object : Azure.list(source)) {
                if (object.id().endsWith("/")) {
                    assertThat(object.size()).isZero();
                    assertThat(source.describe(object).object()).isEqualTo(object);
                }
            }
        }
        assertThat(azure.store.asked(Asked.Kind.LIST)).hasSameSizeAs(azure.store.asked());
    }

    @Test
    void aDirectoryMayBeNamedWithoutItsSlashAndBeEmpty() throws Exception {
        azure.store.hierarchical(true);
        azure.store.put("t/sub/x", Azure.random(10));
        azure.store.directory("t/empty");
        for (String prefix : List.of("t/sub", "t/sub/")) {
            try (Source source = azure.open(prefix)) {
                assertThat(Azure.list(source))
                        .extracting(SourceObject::id)
                        .containsExactly("t/sub/x");
            }
        }
        for (String prefix : List.of("t/empty", "t/empty/")) {
            try (Source source = azure.open(prefix)) {
                assertThat(Azure.list(source))
                        .extracting(SourceObject::id)
                        .containsExactly("t/empty/");
            }
        }
        try (Source source = azure.open("t/nothing/")) {
            assertThat(Azure.list(source)).isEmpty();
        }
    }

    @Test
    void anEmptyFileOfAHierarchicalNamespaceMayBeNamed() throws Exception {
        azure.store.hierarchical(true);
        azure.store.put("t/file", new byte[0]);
        for (int status : new int[] {400, 404, 409}) {
            azure.store.faults(
                    request ->
                            request.query().getOrDefault("prefix", "").equals("t/file/")
                                    ? new Fault.Error(
                                            status,
                                            "ResourceTypeMismatch",
                                            "The prefix leads through a file.",
                                            Map.of())
                                    : null);
            try (Source source = azure.open("t/file")) {
                assertThat(Azure.list(source))
                        .extracting(SourceObject::id)
                        .containsExactly("t/file");
            }
        }
        answer(400, "InvalidInput", "Something else is wrong.");
        try (Source source = azure.open("t/")) {
            assertThatThrownBy(() -> Azure.list(source))
                    .satisfies(refused(Reason.INVALID_CONFIGURATION, "InvalidInput"));
        }
    }

    @Test
    void markersOfAFlatNamespaceAreDirectoriesUnlessTheyHoldSomething() throws Exception {
        for (String name : List.of("hdi_isfolder", "Hdi_IsFolder")) {
            azure.store.put(
                    StrictAzureBlob.CONTAINER,
                    "t/" + name,
                    new byte[0],
                    null,
                    null,
                    Map.of(name, "true"));
        }
        azure.store.put(
                StrictAzureBlob.CONTAINER,
                "t/content",
                Azure.random(10),
                null,
                null,
                Map.of("hdi_isfolder", "true"));
        azure.store.put(
                StrictAzureBlob.CONTAINER,
                "t/file",
                new byte[0],
                null,
                null,
                Map.of("hdi_isfolder", "false"));
        try (Source source = azure.open("t/")) {
            assertThat(Azure.list(source))
                    .extracting(SourceObject::id)
                    .containsExactlyInAnyOrder(
                            "t/Hdi_IsFolder/", "t/content", "t/file", "t/hdi_isfolder/");
        }
    }

    @Test
    void snapshotsOldVersionsAndDeletedBlobsAreNotRead() throws Exception {
        String page =
                """
                \ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="data"><Blobs>
                <Blob><Name>t/a</Name><Snapshot>2026-01-01T00:00:00.0000000Z</Snapshot><Properties><Content-Length>1</Content-Length></Properties></Blob>
                <Blob><Name>t/b</Name><VersionId>1</VersionId><Properties><Content-Length>1</Content-Length></Properties><IsCurrentVersion>false</IsCurrentVersion></Blob>
                <Blob><Name>t/c</Name><Deleted>true</Deleted><Properties><Content-Length>1</Content-Length></Properties></Blob>
                <Blob><Name>t/d</Name><VersionId>2</VersionId><IsCurrentVersion>true</IsCurrentVersion><Deleted>false</Deleted>
                <Properties><Content-Length>7</Content-Length><Etag>0x1</Etag><Content-MD5 /></Properties><Metadata /></Blob>
                </Blobs><NextMarker /></EnumerationResults>\
                """;
        azure.store.faults(request -> new Fault.Other(200, Map.of(), page));
        try (Source source = azure.open("t/")) {
            assertThat(Azure.list(source)).containsExactly(new SourceObject("t/d", 7, "0x1", 0));
        }
    }

    @Test
    void aPageThatDoesNotSayWhetherItIsTheLastIsNotTakenForTheLast() throws Exception {
        String page =
                """
                <EnumerationResults ContainerName="data"><Blobs><Blob><Name>t/d</Name><Properties>
                <Content-Length>7</Content-Length><Etag>0x1</Etag></Properties></Blob></Blobs></EnumerationResults>\
                """;
        azure.store.faults(request -> new Fault.Other(200, Map.of(), page));
        try (Source source = azure.open("t/")) {
            assertThatThrownBy(() -> Azure.list(source))
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.LISTING_INCOMPLETE))
                    .hasMessageContaining("does not say whether it is the last");
        }
    }

    @Test
    void aPageThatIsNoListingIsNotBelieved() throws Exception {
        azure.store.put("t/x", new byte[1]);
        try (Source source = azure.open("t/")) {
            for (String page :
                    List.of(
                            "",
                            "not XML",
                            "<html></html>",
                            "<EnumerationResults><Blobs><Blob><Name>t/x</Name></Blob></Blobs></EnumerationResults>",
                            "<EnumerationResults><Blobs><Blob><Name>t/x</Name><Properties>"
                                + "<Content-Length>-1</Content-Length></Properties></Blob></Blobs>"
                                + "</EnumerationResults>",
                            "<EnumerationResults><Blobs></Blobs>")) {
                azure.store.faults(request -> new Fault.Other(200, Map.of(), page));
                assertThatThrownBy(() -> Azure.list(source))
                        .as(page)
                        .isInstanceOf(SourceException.Retryable.class)
                        .hasMessageContaining("answered wrongly");
            }
        }
    }

    @Test
    void bodiesInChunksAndRangesThatAreIgnoredAreTakenAndCutOnesNot() throws Exception {
        byte[] bytes = Azure.random(100_000);
        azure.store.put("t/x", bytes);
        try (Source source = azure.open("t/")) {
            SourceObject object = Azure.list(source).getFirst();
            azure.store.faults(request -> new Fault.Chunked());
            assertThat(read(source, object)).isEqualTo(bytes);
            azure.store.faults(request -> new Fault.RangeIgnored());
            assertThat(read(source, object, 5, 70_000))
                    .isEqualTo(Arrays.copyOfRange(bytes, 5, 70_000));
            azure.store.faults(request -> new Fault.Cut(50_000));
            assertThatThrownBy(() -> read(source, object))
                    .isInstanceOf(SourceException.Retryable.class);
            azure.store.faults(request -> new Fault.Stall(50_000, 200));
            assertThatThrownBy(() -> read(source, object))
                    .isInstanceOf(SourceException.Retryable.class);
        }
    }

    @Test
    void aStoreThatIsBusyIsAskedForLess() throws Exception {
        azure.store.put("t/x", Azure.random(10));
        try (Source source = azure.open("t/")) {
            SourceObject object = Azure.list(source).getFirst();
            record Case(int status, String code, boolean busy) {}
            for (Case told :
                    List.of(
                            new Case(503, "ServerBusy", true),
                            new Case(429, "TooManyRequests", true),
                            new Case(500, "InternalError", false),
                            new Case(500, "OperationTimedOut", false),
                            new Case(408, "RequestTimeout", false))) {
                azure.store.faults(
                        request ->
                                new Fault.Error(
                                        told.status,
                                        told.code,
                                        "The server is busy.",
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
                                                            .isEqualTo(told.busy);
                                                })
                                        .hasMessageContaining(told.code);
                assertThatThrownBy(() -> Azure.list(source)).as(told.toString()).satisfies(right);
                assertThatThrownBy(() -> read(source, object)).satisfies(right);
                assertThatThrownBy(() -> source.describe(object)).satisfies(right);
            }
        }
    }

    @Test
    void anArchivedBlobIsTheEndInPlainWords() throws Exception {
        azure.store.put("t/x", Azure.random(10));
        azure.store.tier("t/x", "Archive");
        try (Source source = azure.open("t/")) {
            SourceObject object = Azure.list(source).getFirst();
            assertThatThrownBy(() -> read(source, object))
                    .satisfies(
                            refused(
                                    Reason.ACCESS_DENIED,
                                    "object t/x in container data",
                                    "BlobArchived",
                                    "archive tier",
                                    "exclude it"));
            azure.store.tier("t/x", "Cool");
            assertThat(read(source, object)).hasSize(10);
            answer(409, "BlobBeingRehydrated", "This operation is not permitted.");
            assertThatThrownBy(() -> read(source, object))
                    .satisfies(refused(Reason.ACCESS_DENIED, "takes hours"));
            answer(409, "BlobUsesCustomerSpecifiedEncryption", "The blob is encrypted.");
            assertThatThrownBy(() -> read(source, object))
                    .satisfies(refused(Reason.ACCESS_DENIED, "key of its owner"));
        }
    }

    @Test
    void refusalsSayWhatToDo() throws Exception {
        azure.store.put("t/x", Azure.random(10));
        record Case(int status, String code, Reason reason, String hint) {}
        try (Source source = azure.open("t/")) {
            for (Case told :
                    List.of(
                            new Case(
                                    403,
                                    "AuthorizationPermissionMismatch",
                                    Reason.ACCESS_DENIED,
                                    "Storage Blob Data Reader"),
                            new Case(403, "AuthorizationFailure", Reason.ACCESS_DENIED, "firewall"),
                            new Case(
                                    403,
                                    "AuthorizationResourceTypeMismatch",
                                    Reason.ACCESS_DENIED,
                                    "srt=co"),
                            new Case(
                                    403,
                                    "AuthorizationServiceMismatch",
                                    Reason.ACCESS_DENIED,
                                    "ss=b"),
                            new Case(
                                    403,
                                    "AuthorizationSourceIPMismatch",
                                    Reason.ACCESS_DENIED,
                                    "other addresses"),
                            new Case(
                                    403,
                                    "AuthorizationProtocolMismatch",
                                    Reason.ACCESS_DENIED,
                                    "HTTPS alone"),
                            new Case(
                                    403,
                                    "KeyBasedAuthenticationNotPermitted",
                                    Reason.ACCESS_DENIED,
                                    "workloadIdentity"),
                            new Case(403, "AccountIsDisabled", Reason.ACCESS_DENIED, "off"),
                            new Case(404, "ContainerNotFound", Reason.NO_SUCH_BUCKET, "check"),
                            new Case(
                                    404, "ResourceNotFound", Reason.ACCESS_DENIED, "name one blob"),
                            new Case(
                                    409,
                                    "ContainerBeingDeleted",
                                    Reason.NO_SUCH_BUCKET,
                                    "being deleted"),
                            new Case(
                                    400,
                                    "AccountRequiresHttps",
                                    Reason.INVALID_CONFIGURATION,
                                    "https://"),
                            new Case(
                                    400,
                                    "InvalidResourceName",
                                    Reason.INVALID_CONFIGURATION,
                                    "InvalidResourceName"),
                            new Case(
                                    401,
                                    "InvalidAuthenticationInfo",
                                    Reason.INVALID_CREDENTIALS,
                                    "tenant"))) {
                answer(told.status, told.code, "It says why.");
                assertThatThrownBy(() -> Azure.list(source))
                        .as(told.toString())
                        .satisfies(
                                refused(
                                        told.reason,
                                        "container data at http://127.0.0.1",
                                        told.hint))
                        .hasMessageNotContaining("RequestId");
            }
        }
    }

    @Test
    void anEmulatorsWordsForAWrongKeyAreUnderstood() throws Exception {
        answer(
                403,
                "AuthorizationFailure",
                "Server failed to authenticate the request. Make sure the value of the"
                        + " Authorization header is formed correctly including the signature.");
        try (Source source = azure.open("t/")) {
            assertThatThrownBy(() -> Azure.list(source))
                    .satisfies(refused(Reason.INVALID_CREDENTIALS, "AuthorizationFailure", "key"));
        }
    }

    @Test
    void anOldStoreSaysSo() throws Exception {
        azure.store.newestVersion("2019-07-07");
        try (Source source = azure.open("t/")) {
            assertThatThrownBy(() -> Azure.list(source))
                    .satisfies(
                            refused(
                                    Reason.INVALID_CONFIGURATION,
                                    "older than cistern supports",
                                    BlobProtocol.VERSION));
        }
    }

    @Test
    void whatMayBeReadAndNotListedIsToldForTheListing() throws Exception {
        azure.store.put("t/x", Azure.random(10));
        azure.store.publicAccess(PublicAccess.BLOB);
        try (Source source = azure.open("t/", new AzureBlobAuth.Anonymous())) {
            assertThatThrownBy(() -> Azure.list(source))
                    .satisfies(refused(Reason.ACCESS_DENIED, "name one blob"));
        }
        azure.entra.systemAssigned("node");
        azure.store.deniesListing("node");
        Map<String, String> environment =
                Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.entra.url());
        try (Source source =
                Azure.open(
                        azure.spec(
                                StrictAzureBlob.CONTAINER,
                                "t/",
                                new AzureBlobAuth.ManagedIdentity(null, null)),
                        environment)) {
            assertThatThrownBy(() -> Azure.list(source))
                    .satisfies(
                            refused(
                                    Reason.ACCESS_DENIED,
                                    "AuthorizationPermissionMismatch",
                                    "Storage Blob Data Reader"));
            // What is known already may be read.
            assertThat(read(source, new SourceObject("t/x", 10, null, 0))).hasSize(10);
        }
    }

    @Test
    void aRedirectToAnotherHostGetsNoCredentials() throws Exception {
        byte[] bytes = Azure.random(50);
        azure.store.put("t/x", bytes);
        AtomicReference<String> carried = new AtomicReference<>("");
        com.sun.net.httpserver.HttpServer other =
                com.sun.net.httpserver.HttpServer.create(
                        new java.net.InetSocketAddress("127.0.0.1", 0), 1);
        other.createContext(
                "/",
                exchange -> {
                    carried.set(
                            exchange.getRequestHeaders().keySet()
                                    + exchange.getRequestURI().toString());
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        other.start();
        try (Source source = azure.open("t/")) {
            SourceObject object = Azure.list(source).getFirst();
            String to = "http://127.0.0.1:" + other.getAddress().getPort() + "/elsewhere";
            azure.store.faults(request -> new Fault.Other(307, Map.of("Location", to), ""));
            assertThat(read(source, object)).isEqualTo(bytes);
            assertThat(carried.get()).doesNotContain("Authorization").contains("/elsewhere");
        } finally {
            other.stop(0);
        }
    }

    @Test
    void aCertificateOfAnUnknownAuthorityIsTheEndUnlessItIsGiven() throws Exception {
        Keytool keys = new Keytool(directory.resolve("keys"));
        keys.pair("blob", "-ext", "san=ip:127.0.0.1");
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys.load(), Keytool.PASSWORD);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        String pem = Keytool.pem(keys.load().getCertificate("blob"));
        try (StrictAzureBlob secure =
                new StrictAzureBlob(azure.tokens, new InetSocketAddress("127.0.0.1", 0), tls)) {
            secure.put("t/x", Azure.random(10));
            for (TlsSpec spec :
                    List.of(
                            TlsSpec.PLATFORM,
                            new TlsSpec(false, null, pem),
                            new TlsSpec(true, null, null))) {
                AzureBlobSpec at =
                        new AzureBlobSpec(
                                StrictAzureBlob.ACCOUNT,
                                secure.endpoint(),
                                spec,
                                StrictAzureBlob.CONTAINER,
                                "t/",
                                azure.key(),
                                null);
                try (Source source = Azure.open(at, Map.of())) {
                    assertThat(source.overTls()).isTrue();
                    if (spec.equals(TlsSpec.PLATFORM)) {
                        assertThatThrownBy(() -> Azure.list(source))
                                .satisfies(
                                        refused(
                                                Reason.INVALID_CONFIGURATION,
                                                "authority's certificate"));
                    } else {
                        assertThat(read(source, Azure.list(source).getFirst())).hasSize(10);
                    }
                }
            }
        }
    }

    @Test
    void endpointsOfEveryFormAreUnderstood() {
        assertThat(BlobLocation.of("lakes", null, "c").path("a/b c+d")).isEqualTo("/c/a/b%20c%2Bd");
        assertThat(BlobLocation.of("lakes", null, "c"))
                .hasToString("container c at https://lakes.blob.core.windows.net");
        assertThat(BlobLocation.of("lakes", "https://lakes.blob.core.chinacloudapi.cn/", "c"))
                .hasToString("container c at https://lakes.blob.core.chinacloudapi.cn");
        assertThat(BlobLocation.of("lakes", "http://azurite:10000/lakes/", "$web").path())
                .isEqualTo("/lakes/$web");
        assertThatThrownBy(
                        () -> BlobLocation.of("lakes", "https://lakes.dfs.core.windows.net", "c"))
                .hasMessageContaining("https://lakes.blob.core.windows.net");
        assertThatThrownBy(() -> BlobLocation.of("lakes", null, "Data_1"))
                .hasMessageContaining("Data_1");
        assertThatThrownBy(
                        () ->
                                Azure.open(
                                        new AzureBlobSpec(
                                                "lakes",
                                                "lakes",
                                                TlsSpec.PLATFORM,
                                                "c",
                                                "",
                                                new AzureBlobAuth.Anonymous(),
                                                null),
                                        Map.of()))
                .satisfies(refused(Reason.INVALID_CONFIGURATION, "sources[0].store.endpoint"));
    }
}
