package dev.cistern.populate.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.testing.FaultyS3;
import dev.cistern.populate.testing.FaultyS3.Asked;
import dev.cistern.populate.testing.FaultyS3.Fault;
import dev.cistern.populate.wire.Reason;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Unusual listings: the result is complete or a clear error, never a part taken for the whole.
abstract class ListingContract extends S3OddAnswersContract {
    private static final List<String> KEYS = List.of("t/a", "t/b", "t/c", "t/d", "t/e");

    private static String document(String end, Iterable<String> keys) {
        StringBuilder xml = new StringBuilder("<ListBucketResult>").append(end);
        for (String key : keys) {
            xml.append("<Contents><Key>").append(key).append("</Key><Size>1</Size>");
            xml.append(
                    "<ETag>x</ETag><LastModified>2026-01-02T03:04:05Z</LastModified></Contents>");
        }
        return xml.append("</ListBucketResult>").toString();
    }

    private void answer(Function<Asked, String> documents) {
        server().faults(asked -> new Fault.Document(documents.apply(asked)));
    }

    private void assertAll() throws Exception {
        try (Source source = open("t/")) {
            assertThat(list(source))
                    .extracting(listed -> listed.object().id())
                    .containsExactlyInAnyOrderElementsOf(KEYS);
        }
    }

    private void assertBroken() {
        try (Source source = open("t/")) {
            assertThatThrownBy(() -> list(source)).satisfies(is(Reason.LISTING_INCOMPLETE));
        }
        assertThat(server().asked()).hasSizeLessThan(8);
    }

    /// Two keys a page, by tokens.
    private static String page(Asked asked, String truncated) {
        int from = Integer.parseInt(asked.query().getOrDefault("continuation-token", "0"));
        boolean more = from + 2 < KEYS.size();
        return document(
                (more ? truncated : "<IsTruncated>false</IsTruncated>")
                        + (more
                                ? "<NextContinuationToken>"
                                        + (from + 2)
                                        + "</NextContinuationToken>"
                                : ""),
                KEYS.subList(from, Math.min(KEYS.size(), from + 2)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<IsTruncated>1</IsTruncated>",
                "<IsTruncated>True</IsTruncated>",
                "<IsTruncated> true\n</IsTruncated>",
                "<IsTruncated/>",
                "<IsTruncated>false</IsTruncated>",
                ""
            })
    void aTokenIsFollowedHoweverTheTruthIsWritten(String truncated) throws Exception {
        answer(asked -> page(asked, truncated));
        assertAll();
    }

    @Test
    void emptyPagesThatGoOnAreGoneOnFrom() throws Exception {
        server().put("t/a", new byte[1]);
        Function<Asked, String> documents =
                asked ->
                        switch (asked.query().getOrDefault("continuation-token", "")) {
                            case "" -> document(more("x"), List.of());
                            case "x" -> document(more("y"), List.of());
                            default -> document("<IsTruncated>false</IsTruncated>", KEYS);
                        };
        answer(documents);
        assertAll();
        try (Source named = open("t")) {
            assertThat(list(named)).hasSize(KEYS.size());
        }
    }

    private static String more(String token) {
        return "<IsTruncated>true</IsTruncated><NextContinuationToken>"
                + token
                + "</NextContinuationToken>";
    }

    private static List<String> after(String key, int most) {
        return KEYS.stream().filter(k -> k.compareTo(key) > 0).limit(most).toList();
    }

    private static String truncated(List<String> page) {
        boolean more = !page.isEmpty() && !page.getLast().equals(KEYS.getLast());
        return "<IsTruncated>" + more + "</IsTruncated>";
    }

    @Test
    void withoutATokenItGoesOnAfterTheLastKey() throws Exception {
        answer(
                asked -> {
                    List<String> page = after(asked.query().getOrDefault("start-after", ""), 2);
                    return document(truncated(page), page);
                });
        assertAll();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<Marker/>", "<NextMarker>LAST</NextMarker>"})
    void aStoreThatKnowsTheOlderListingAloneIsListedWhole(String element) throws Exception {
        answer(
                asked -> {
                    List<String> page = after(asked.query().getOrDefault("marker", ""), 2);
                    String last = page.isEmpty() ? "" : page.getLast();
                    return document(truncated(page) + element.replace("LAST", last), page);
                });
        assertAll();
    }

    @Test
    void aListingThatSaysNothingOfItsEndIsAskedOnceMore() throws Exception {
        answer(asked -> document("", after(asked.query().getOrDefault("start-after", ""), 2)));
        assertAll();
    }

    @Test
    void keysThatComeTwiceAreTakenOnce() throws Exception {
        // The marker's own key begins the next page, and one is listed twice in its page.
        answer(
                asked -> {
                    int from =
                            Integer.parseInt(asked.query().getOrDefault("continuation-token", "0"));
                    List<String> page =
                            KEYS.subList(Math.max(0, from - 1), Math.min(KEYS.size(), from + 2));
                    String end =
                            from + 2 < KEYS.size()
                                    ? more(String.valueOf(from + 2))
                                    : "<IsTruncated>false</IsTruncated>";
                    return document(end, List.of(page.getFirst(), page.getFirst()))
                            .replace(
                                    "</ListBucketResult>",
                                    document("", page).replace("<ListBucketResult>", ""));
                });
        assertAll();
    }

    @Test
    void unsortedPagesWork() throws Exception {
        answer(
                asked ->
                        asked.query().containsKey("continuation-token")
                                ? document(
                                        "<IsTruncated>false</IsTruncated>", List.of("t/b", "t/a"))
                                : document(more("x"), List.of("t/e", "t/c", "t/d")));
        assertAll();
    }

    @Test
    void aPageThatRepeatsItselfEndsWithAWord() {
        AtomicInteger number = new AtomicInteger();
        answer(asked -> document(more("t" + number.incrementAndGet()), KEYS));
        assertBroken();
    }

    @Test
    void pagesInACircleEndWithAWord() {
        answer(
                asked ->
                        switch (asked.query().getOrDefault("continuation-token", "")) {
                            case "", "c" -> document(more("a"), List.of("t/a"));
                            case "a" -> document(more("b"), List.of("t/b"));
                            default -> document(more("c"), List.of("t/c"));
                        });
        assertBroken();
    }

    @Test
    void aTokenThatRepeatsItselfEndsWithAWord() {
        AtomicInteger number = new AtomicInteger();
        answer(asked -> document(more("same"), List.of("t/" + number.incrementAndGet())));
        assertBroken();
    }

    @Test
    void aStoreThatCannotGoOnEndsWithAWord() {
        answer(asked -> document("<IsTruncated>true</IsTruncated>", KEYS));
        assertBroken();
    }

    @Test
    void emptyPagesWithoutEndEndWithAWord() {
        AtomicInteger number = new AtomicInteger();
        answer(asked -> document(more("t" + number.incrementAndGet()), List.of()));
        try (Source source = open("t/")) {
            assertThatThrownBy(() -> list(source)).satisfies(is(Reason.LISTING_INCOMPLETE));
        }
        assertThat(server().asked()).hasSizeLessThan(1100);
    }

    @Test
    void aStoreThatIgnoresThePrefixIsSaidOnce() {
        answer(asked -> document("<IsTruncated>false</IsTruncated>", List.of("u/a")));
        assertBroken();
    }

    @Test
    void aListingThatIsCutOffGoesOnWhereItWas() throws Exception {
        TreeSet<String> seen = new TreeSet<>();
        server().faults(
                        asked ->
                                asked.number() == 2
                                        ? new Fault.Status(503, "SlowDown", java.util.Map.of())
                                        : new Fault.Document(
                                                page(asked, "<IsTruncated>true</IsTruncated>")));
        String[] after = {""};
        try (Source source = open("t/")) {
            Source.Listing listing =
                    new Source.Listing() {
                        @Override
                        public void object(
                                dev.cistern.populate.source.SourceObject object, String path) {
                            assertThat(seen.add(object.id())).isTrue();
                        }

                        @Override
                        public void page(String next) {
                            after[0] = next;
                        }
                    };
            assertThatThrownBy(() -> source.list("", listing))
                    .isInstanceOf(dev.cistern.populate.source.SourceException.Retryable.class);
            source.list(after[0], listing);
        }
        assertThat(seen).containsExactlyElementsOf(KEYS);
        assertThat(server().asked()).hasSize(4).allMatch(FaultyS3.Asked::listing);
    }
}
