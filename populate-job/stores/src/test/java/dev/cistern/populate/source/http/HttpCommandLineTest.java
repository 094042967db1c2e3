package dev.cistern.populate.source.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.store.StoreArguments;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.HttpAuth;
import dev.cistern.populate.wire.HttpSpec;
import dev.cistern.populate.wire.ListForm;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpCommandLineTest {
    private static final String PIN = "0123456789abcdef".repeat(4);

    private static HttpSpec spec(
            String source, Map<String, String> options, Map<String, String> environment)
            throws UsageException {
        return new HttpCommandLine().spec(source, new StoreArguments(options), environment);
    }

    @Test
    void aSourceIsAUrl() throws Exception {
        HttpSpec file = spec("https://files.example.com:8443/d/a b?x=1", Map.of(), Map.of());
        assertThat(file.endpoint()).isEqualTo("https://files.example.com:8443");
        assertThat(file.path()).isEqualTo("https://files.example.com:8443/d/a b?x=1");
        assertThat(file.list()).isNull();
        assertThat(file.pin()).isNull();
        assertThat(file.auth()).isEqualTo(HttpAuth.ANONYMOUS);
        HttpSpec list =
                spec(
                        "http://h/SHA256SUMS",
                        Map.of(
                                "--list",
                                "sha256sums",
                                "--sha256",
                                PIN.toUpperCase(java.util.Locale.ROOT),
                                "--allow-hosts",
                                "cdn.example.com, 10.0.0.7:80",
                                "--insecure",
                                ""),
                        Map.of());
        assertThat(list.list()).isEqualTo(ListForm.SHA256SUMS);
        assertThat(list.sha256()).isEqualTo(PIN);
        assertThat(list.pin()).isNull();
        assertThat(list.allowedHosts()).containsExactly("cdn.example.com", "10.0.0.7:80");
        assertThat(list.tls().skipVerification()).isTrue();
        assertThat(spec("http://h/x", Map.of("--sha256", PIN), Map.of()).pin()).isEqualTo(PIN);
    }

    @Test
    void credentialsAreInTheEnvironment() throws Exception {
        Map<String, String> user =
                Map.of("CISTERN_HTTP_USERNAME", "me", "CISTERN_HTTP_PASSWORD", "p");
        assertThat(spec("http://h/x", Map.of(), user).auth()).isEqualTo(HttpAuth.BASIC);
        assertThat(spec("http://h/x", Map.of(), Map.of("CISTERN_HTTP_TOKEN", "t")).auth())
                .isEqualTo(HttpAuth.BEARER);
        assertThatThrownBy(() -> spec("http://h/x", Map.of(), Map.of("CISTERN_HTTP_USERNAME", "m")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("CISTERN_HTTP_USERNAME and CISTERN_HTTP_PASSWORD");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    https://h             | --list   | manifest | must look like https://HOST/FILE
                    https://h/            | --list   | manifest | names no file
                    https://h/a/../b      | --list   | manifest | has a part . or ..
                    https://me:x@h/a      | --list   | manifest | user name
                    https://h:99999/a     | --list   | manifest | 65535
                    https://h/a#b         | --list   | manifest | write %23
                    https://h/a           | --list   | md5sums  | --list must be sha256sums or manifest, not "md5sums"
                    https://h/a           | --sha256 | abc      | --sha256 must be 64 hex digits, not "abc"
                    """)
    void whatIsWrongIsNamed(String source, String option, String value, String because) {
        assertThatThrownBy(() -> spec(source, Map.of(option, value), Map.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(because);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://h?signature=secret",
                "https://h?signature=secret/b",
                "https://me:secret@h",
                "https://me:secret@h:99999/a",
                "https://me:secret@under_score/a",
                "https://h/a?signature=secret#b",
                "https://h/a/?signature=secret",
                "https://h/../a?signature=secret"
            })
    void whatIsSecretIsNotQuoted(String source) {
        assertThatThrownBy(() -> spec(source, Map.of(), Map.of()))
                .isInstanceOf(UsageException.class)
                .message()
                .doesNotContain("secret");
    }
}
