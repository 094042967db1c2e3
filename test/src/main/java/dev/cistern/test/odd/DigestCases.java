package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/// Bodies that differ from the announced size or digest, and ETags that are not digests.
final class DigestCases {
    private static final int MIB = 1 << 20;

    private DigestCases() {}

    static List<OddCase> all() {
        StoredObject unequal = StoredObject.ofParts("unequal", 12 * MIB + 5, 5 * MIB, 6 * MIB, MIB);
        StoredObject random =
                StoredObject.sized("random", 100_000)
                        .withETag("0123456789abcdef0123456789abcdef-1");
        StoredObject foreign = StoredObject.sized("foreign", 100_000).withETag("5d-5b6c0ab2f3e10");
        StoredObject text = StoredObject.of("text", "t".repeat(5000));
        StoredObject one = StoredObject.of("one", "x");
        return List.of(
                OddCase.of("listed-empty-and-is-not", one, text).quirk(LISTED_SIZE_ZERO).arrives(),
                OddCase.of(GET_WITHOUT_ETAG, Objects.mixed()).arrives(),
                OddCase.of("error-document-without-etag", text)
                        .quirk(ERROR_IN_200, GET_WITHOUT_ETAG)
                        .ends("AccessDenied", "text", "Access Denied"),
                OddCase.of("error-document-without-etag-once", text)
                        .quirk(ERROR_IN_200_ONCE, GET_WITHOUT_ETAG)
                        .arrives(),
                OddCase.of("flipped-byte-without-etag", text)
                        .quirk(FLIPS_A_BYTE, GET_WITHOUT_ETAG)
                        .ends("DigestMismatch", "text"),
                OddCase.of("flipped-byte-without-etag-once", text)
                        .quirk(FLIPS_A_BYTE_ONCE, GET_WITHOUT_ETAG)
                        .arrives(),
                OddCase.of(FLIPS_A_BYTE, text).ends("DigestMismatch", "text"),
                OddCase.of("parts-unequal", unequal).arrives(),
                OddCase.of("parts-unequal-and-part-number-ignored", unequal)
                        .quirk(IGNORES_PART_NUMBER)
                        .arrives(),
                OddCase.of(IGNORES_PART_NUMBER, Objects.PARTS).arrives(),
                OddCase.of(REFUSES_PART_NUMBER, Objects.PARTS).arrives(),
                OddCase.of("etag-random-of-parts", random).arrives(),
                OddCase.of("etag-of-another-kind", foreign).arrives(),
                OddCase.of(WEAK_ETAGS, Objects.mixed()).arrives(),
                OddCase.of(ETAGS_UNQUOTED, Objects.mixed()).arrives(),
                OddCase.of(ETAGS_UPPER_CASE, Objects.mixed()).arrives(),
                OddCase.of(ETAG_OTHER_IN_GET, text).endsForNow("ObjectChanged", "text"),
                OddCase.of(ETAG_NEW_EACH_TIME, text).endsForNow("ObjectChanged", "text"),
                OddCase.of(REFUSES_OWN_ETAG, Objects.mixed()).arrives(),
                OddCase.of(IF_MATCH_NOT_IMPLEMENTED, Objects.mixed()).arrives(),
                OddCase.of(
                                UNPACKS_GZIP,
                                packed("log.gz", 300_000),
                                packed("big.gz", 20 * MIB),
                                text)
                        .arrives(),
                OddCase.of("packed-and-left-alone", packed("log.gz", 300_000)).arrives(),
                OddCase.of(LABELS_AWS_CHUNKED, Objects.mixed()).arrives(),
                OddCase.of(CHECKSUM_GARBAGE, Objects.mixed()).arrives(),
                OddCase.of(CHECKSUM_OF_PARTS_UNMARKED, Objects.mixed()).arrives());
    }

    /// An object that its owner stored with `Content-Encoding: gzip`; its size is that of the packed bytes.
    private static StoredObject packed(String key, int bytes) {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(to)) {
            out.write(StoredObject.sized(key, bytes).bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return StoredObject.of(key, to.toByteArray()).with("Content-Encoding", "gzip");
    }
}
