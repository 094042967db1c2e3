package dev.cistern.populate.source.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpPlaceTest {
    private final HttpPlace place =
            HttpPlace.of(
                    "https://files.example.com/data", List.of("CDN.example.com", "10.0.0.7:8443"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a/b.bin                                 | https://files.example.com/data/a/b.bin
                    a b/é.bin                               | https://files.example.com/data/a%20b/%C3%A9.bin
                    a%20b                                   | https://files.example.com/data/a%20b
                    get?id=7&x=a b                          | https://files.example.com/data/get?id=7&x=a%20b
                    https://files.example.com/data/x        | https://files.example.com/data/x
                    HTTPS://Files.Example.com:443/data/x    | https://files.example.com/data/x
                    a//b                                    | https://files.example.com/data/a//b
                    a<b>"c"                                 | https://files.example.com/data/a%3Cb%3E%22c%22
                    """)
    void aPathIsAUrlBelowTheEndpoint(String path, String url) {
        assertThat(place.file(path).text()).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://files.example.com/other/x",
                "https://files.example.com/database",
                "http://files.example.com/data/x",
                "https://files.example.com:8443/data/x",
                "https://other.example.com/data/x",
                "https://cdn.example.com/x",
                "/etc/x"
            })
    void aPathOfAnotherPlaceIsRefused(String path) {
        assertThatThrownBy(() -> place.file(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not below the endpoint https://files.example.com/data/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../x",
                "a/../../x",
                "a/..",
                "%2e%2e/x",
                "a/%2E./x",
                "a%2f..%2f..%2fx",
                "..\\x",
                "a/..%5cx",
                "./x",
                "a/..;/..;v=1/x",
                "..%3B/x",
                "https://files.example.com/data/../x"
            })
    void aWayUpIsRefusedHoweverItIsWritten(String path) {
        assertThatThrownBy(() -> place.file(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has a part . or ..");
        assertThatThrownBy(() -> place.linked(place.file("l/list"), path))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNoUrlIsRefused() {
        assertThatThrownBy(() -> place.file("a%zz")).hasMessageContaining("write %25");
        assertThatThrownBy(() -> place.file("a%00b")).hasMessageContaining("control character");
        assertThatThrownBy(() -> place.file("a\tb")).hasMessageContaining("control character");
        assertThatThrownBy(() -> place.file("a#b")).hasMessageContaining("write %23");
        assertThatThrownBy(() -> place.file("dir/")).hasMessageContaining("names no file");
        assertThatThrownBy(() -> place.file("")).hasMessageContaining("is empty");
        assertThatThrownBy(() -> HttpPlace.of("https://me:x@files.example.com", List.of()))
                .hasMessageContaining("user name")
                .hasMessageNotContaining("me:x");
        assertThatThrownBy(() -> HttpPlace.of("https://files.example.com/?a=b", List.of()))
                .hasMessageContaining("must not have a query");
        assertThatThrownBy(() -> HttpPlace.of("ftp://files.example.com/", List.of()))
                .hasMessageContaining("must start with http:// or https://");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a?signature=secret#b",
                "a#secret",
                "https://files.example.com/data/a?signature=secret#b",
                "s3://bucket/a?signature=secret",
                "https://other.example.com/a?signature=secret",
                "https://files.example.com/other?signature=secret",
                "http://cdn.example.com:443/a?signature=secret",
                "../a?signature=secret",
                "a?signature=secret%",
                "a?signature=secret\t",
                "https://me:secret@files.example.com/data/a",
                "https://me:secret@under_score/data/a",
                "https://h h/a?signature=secret"
            })
    void noComplaintQuotesAQuery(String url) {
        FileUrl list = place.file("rel/list");
        assertThatThrownBy(() -> place.linked(list, url))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("secret");
        // Of the backend's own path a colon is a part of a name.
        if (!url.startsWith("s3:")) {
            assertThatThrownBy(() -> place.file(url))
                    .isInstanceOf(IllegalArgumentException.class)
                    .message()
                    .doesNotContain("secret");
        }
        assertThat(place.file("a?signature=secret").toString()).doesNotContain("secret");
    }

    @Test
    void urlsWithAQueryAreBoundedByWhatTheyTake() {
        FileIds ids = new FileIds(place);
        String query = "signature=" + "x".repeat(1000);
        int known = 0;
        try {
            for (; known < 100_000; known++) {
                ids.id(place.file("a".repeat(1000) + known + "?" + query));
            }
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("split the list");
        }
        // 20 MiB of 1,000 characters each.
        assertThat(known).isBetween(8_000, 11_000);
        FileUrl first = place.file("a".repeat(1000) + 0 + "?" + query);
        assertThat(ids.url(ids.id(first))).isEqualTo(first);

        FileIds small = new FileIds(place);
        for (int i = 0; i < 50_000; i++) {
            small.id(place.file("a" + i + "?s=1"));
        }
    }

    @Test
    void anotherReadingOfAListTakesNoMoreRoom() {
        FileIds ids = new FileIds(place);
        for (int reading = 0; reading < 20; reading++) {
            for (int i = 0; i < 5_000; i++) {
                ids.id(place.file("a" + i + "?signature=" + "x".repeat(1000)));
            }
        }
    }

    @Test
    void namesOfAListStandForThemselves() {
        FileUrl list = place.file("rel/1.2/SHA256SUMS?token=x");
        assertThat(place.named(list, "sub/a b%20c?d#e+ü.bin").text())
                .isEqualTo(
                        "https://files.example.com/data/rel/1.2/sub/a%20b%2520c%3Fd%23e%2B%C3%BC.bin");
        assertThat(place.named(list, "sub/a b%20c?d#e+ü.bin").name())
                .isEqualTo("a b%20c?d#e+ü.bin");
        assertThat(list.shown()).doesNotContain("token");
        assertThatThrownBy(() -> place.named(list, "a\\..\\..\\..\\x"))
                .hasMessageContaining("has a part . or ..");
        assertThat(list.name()).isEqualTo("SHA256SUMS");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    x.bin                            | https://files.example.com/data/rel/x.bin
                    /data/y                          | https://files.example.com/data/y
                    https://files.example.com/data/z | https://files.example.com/data/z
                    https://cdn.example.com/any?s=1  | https://cdn.example.com/any?s=1
                    //cdn.example.com/any            | https://cdn.example.com/any
                    https://10.0.0.7:8443/a          | https://10.0.0.7:8443/a
                    """)
    void urlsOfAListAreOfTheEndpointOrOfAnAllowedHost(String url, String resolved) {
        assertThat(place.linked(place.file("rel/list"), url).text()).isEqualTo(resolved);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    https://169.254.169.254/latest    | allowedHosts
                    https://cdn.example.com:444/x     | allowedHosts
                    https://10.0.0.7/a                | allowedHosts
                    http://cdn.example.com/x          | is not encrypted
                    //other.example.com/x             | allowedHosts
                    https://files.example.com/other   | not below the endpoint
                    /other                            | not below the endpoint
                    file:///etc/passwd                | neither an http nor an https URL
                    ftp://files.example.com/data/x    | neither an http nor an https URL
                    """)
    void otherUrlsOfAListAreRefused(String url, String because) {
        FileUrl list = place.file("rel/list");
        assertThatThrownBy(() -> place.linked(list, url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(because);
    }

    @Test
    void anEncryptedEndpointHasNoUnencryptedFiles() {
        HttpPlace allowed =
                HttpPlace.of(
                        "https://files.example.com",
                        List.of("cdn.example.com:80", "cdn.example.com"));
        FileUrl list = allowed.file("list");
        assertThatThrownBy(() -> allowed.linked(list, "http://cdn.example.com/x"))
                .hasMessageContaining("is not encrypted");
        HttpPlace plain = HttpPlace.of("http://files.example.com", List.of("cdn.example.com"));
        assertThat(plain.linked(plain.file("list"), "https://cdn.example.com/x").text())
                .isEqualTo("https://cdn.example.com/x");
    }

    private final HttpPlace scoped =
            HttpPlace.of(
                    "https://files.example.com/data",
                    List.of("cdn.example.com"),
                    List.of("team-a/", "shared (1)", "https://files.example.com/data/one.bin"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "team-a/x",
                "team%2Da/x",
                "shared (1)",
                "shared%20%281%29/x",
                "one.bin",
                "https://files.example.com/data/team-a//x?v=1"
            })
    void whatIsAllowedIsReadHoweverItIsWritten(String path) {
        assertThat(scoped.file(path).text()).startsWith("https://files.example.com/data/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "team-b/x",
                "team-ab",
                "team-a",
                "shared (1)x",
                "one.bin2",
                "x",
                "team-a%2fx",
                "team-a/..%5cx",
                "team-a/%252e%252e/team-b/x",
                "team-a/%252f..%252fteam-b/x"
            })
    void whatIsNotAllowedIsNot(String path) {
        assertThatThrownBy(() -> scoped.file(path)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://files.example.com/data/team-b/x",
                "/data/team-b/x",
                "//files.example.com/data/team-b/x",
                "HTTPS://FILES.example.com:443/data/team-b/x",
                "https://files.example.com/data/%74eam-b/x"
            })
    void aListCannotNameWhatItsNamespaceMayNotRead(String url) {
        FileUrl list = scoped.file("team-a/list");
        assertThatThrownBy(() -> scoped.linked(list, url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowedPaths lets this namespace read: /data/team-a/,");
        assertThat(scoped.linked(list, "https://cdn.example.com/x").text())
                .isEqualTo("https://cdn.example.com/x");
        assertThat(scoped.named(list, "sub/x").path()).isEqualTo("/data/team-a/sub/x");
    }

    @Test
    void filesBesideAListThatIsAllowedByItselfAreNot() {
        FileUrl list = scoped.file("one.bin");
        assertThatThrownBy(() -> scoped.named(list, "two.bin"))
                .hasMessageContaining("allowedPaths");
    }

    @Test
    void aRuleThatIsNotBelowTheEndpointIsNamed() {
        assertThatThrownBy(
                        () ->
                                HttpPlace.of(
                                        "https://files.example.com/data",
                                        List.of(),
                                        List.of("/other/")))
                .hasMessageContaining("allowedPaths has /other/, which is not a path below");
    }
}
