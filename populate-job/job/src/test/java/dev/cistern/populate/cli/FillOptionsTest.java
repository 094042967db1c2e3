package dev.cistern.populate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.Stores;
import dev.cistern.populate.store.StoreCommandLine;
import dev.cistern.populate.store.StoreOption;
import dev.cistern.populate.store.UsageException;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.StoreSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FillOptionsTest {
    private static FillOptions of(Map<String, String> environment, String... options)
            throws UsageException {
        List<String> all = new ArrayList<>(List.of("s3://bucket/tree/", "dir"));
        all.addAll(List.of(options));
        return parsed(environment, all.toArray(String[]::new));
    }

    /// Parses a command line; throws with the message that the command prints.
    private static FillOptions parsed(Map<String, String> environment, String... arguments)
            throws UsageException {
        FillCommand command = new FillCommand(environment, System.out, System.err);
        return FillOptions.of(CisternCommand.parsed(command, arguments), environment);
    }

    private static FillOptions of(String... options) throws UsageException {
        return of(Map.of(), options);
    }

    private static S3Spec s3(FillOptions options) {
        return (S3Spec) options.store();
    }

    private static void assertWrong(String[] options, String... says) {
        assertThatThrownBy(() -> of(options))
                .isInstanceOf(UsageException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(says));
    }

    @Test
    void withoutOptionsTheDefaultsCount() throws Exception {
        assertThat(of())
                .isEqualTo(
                        new FillOptions(
                                new S3Spec(
                                        null,
                                        null,
                                        false,
                                        TlsSpec.PLATFORM,
                                        "bucket",
                                        "tree/",
                                        new S3Auth.DefaultChain()),
                                "dir",
                                List.of(),
                                List.of(),
                                null,
                                0,
                                0,
                                0,
                                true,
                                true,
                                false,
                                null,
                                false,
                                false));
    }

    @Test
    void eachOptionIsTaken(@TempDir Path directory) throws Exception {
        Path authorities = Files.writeString(directory.resolve("ca.pem"), "");
        Map<String[], Function<FillOptions, @Nullable Object>> fields =
                Map.ofEntries(
                        Map.entry(
                                new String[] {"http://store:9000", "--endpoint"},
                                options -> s3(options).endpoint()),
                        Map.entry(
                                new String[] {"eu-west-3", "--region"},
                                options -> s3(options).region()),
                        Map.entry(new String[] {"[*.txt]", "--include"}, FillOptions::include),
                        Map.entry(new String[] {"[**/tmp]", "--exclude"}, FillOptions::exclude),
                        Map.entry(
                                new String[] {"52428800", "--limit-rate", "50M"},
                                FillOptions::bytesPerSecond),
                        Map.entry(new String[] {"64", "--connections"}, FillOptions::connections),
                        Map.entry(
                                new String[] {"134217728", "--memory", "128m"},
                                FillOptions::memoryBytes),
                        Map.entry(new String[] {"sdk", "--transport"}, FillOptions::transport),
                        Map.entry(
                                new String[] {authorities.toString(), "--ca-file"},
                                options -> s3(options).tls().caFile()));
        for (var field : fields.entrySet()) {
            String[] words = field.getKey();
            String value = words.length == 3 ? words[2] : words[0].replaceAll("^\\[|]$", "");
            assertThat(field.getValue().apply(of(words[1], value))).hasToString(words[0]);
            assertThat(field.getValue().apply(of(words[1] + "=" + value))).hasToString(words[0]);
        }
        Map<String, Function<FillOptions, Object>> flags =
                Map.of(
                        "--path-style",
                        options -> s3(options).pathStyle(),
                        "--anonymous",
                        options -> s3(options).auth() instanceof S3Auth.Anonymous,
                        "--list-first",
                        FillOptions::listFirst,
                        "--insecure",
                        options -> s3(options).tls().skipVerification(),
                        "--json",
                        FillOptions::json,
                        "--quiet",
                        FillOptions::quiet);
        flags.forEach(
                (name, flag) -> {
                    try {
                        assertThat(flag.apply(of())).as(name).isEqualTo(false);
                        assertThat(flag.apply(of(name))).as(name).isEqualTo(true);
                    } catch (UsageException e) {
                        throw new AssertionError(name, e);
                    }
                });
        assertThat(of("--no-verify").verify()).isFalse();
        assertThat(of("--no-sync").sync()).isFalse();
        assertThat(s3(of("--endpoint", "http://s", "--virtual-host")).pathStyle()).isFalse();
        assertThat(s3(of("--endpoint", "http://s")).pathStyle()).isTrue();
        assertThat(of("--include", "a", "--include=b").include()).containsExactly("a", "b");
        assertThat(of("--exclude", "a", "--exclude=b").exclude()).containsExactly("a", "b");
    }

    @Test
    void everyOptionIsInTheHelpAndNoOther() {
        Pattern option = Pattern.compile("^  +(?:-h, )?(--[a-z0-9-]+)", Pattern.MULTILINE);
        List<String> inHelp =
                option.matcher(help()).results().map(match -> match.group(1)).toList();
        int ofStores =
                Stores.commandLines().stream().mapToInt(store -> store.options().size()).sum();
        assertThat(inHelp).hasSize(13 + ofStores);
        for (String name : inHelp) {
            assertThat(Stores.commandLines())
                    .as(name)
                    .anyMatch(store -> isKnown(store.form(), name));
        }
    }

    @Test
    void theHelpExplainsSourcesCredentialsAndExitCodes() {
        assertThat(help())
                .startsWith("Usage: cistern fill SOURCE DIR [OPTIONS]\n")
                .contains("Exit codes:", "2   ", "invalid command line", "HTTPS_PROXY");
        for (StoreCommandLine store : Stores.commandLines()) {
            assertThat(help())
                    .contains("SOURCE " + store.form())
                    .contains(store.credentials().strip().lines().toList());
        }
        assertThat(help().lines()).allMatch(line -> line.length() <= 130);
    }

    private static String help() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);
        assertThat(new CisternCommand(Map.of(), printer, System.err).run("fill", "--help"))
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    /// Whether an option exists for a source, though it may need a value or another option.
    private static boolean isKnown(String form, String option) {
        String source =
                form.replace("BUCKET", "bucket")
                        .replace("PREFIX", "tree/")
                        .replace("NAME:TAG", "a:b");
        try {
            parsed(Map.of("OSS_REGION", "cn-hangzhou"), source, "dir", option);
            return true;
        } catch (UsageException e) {
            return String.valueOf(e.getMessage()).contains("needs a value");
        }
    }

    @Test
    void theEnvironmentStandsInForOptionsAndNotOverThem() throws Exception {
        Map<String, String> environment =
                Map.of(
                        "AWS_ENDPOINT_URL_S3", "http://first",
                        "AWS_ENDPOINT_URL", "http://second",
                        "AWS_REGION", "",
                        "AWS_DEFAULT_REGION", "eu-west-3");
        assertThat(s3(of(environment)).endpoint()).isEqualTo("http://first");
        assertThat(s3(of(environment)).region()).isEqualTo("eu-west-3");
        assertThat(s3(of(environment, "--endpoint=http://own", "--region=own")))
                .extracting(S3Spec::endpoint, S3Spec::region)
                .containsExactly("http://own", "own");
        assertThat(s3(of(Map.of("AWS_ENDPOINT_URL", "http://second"))).endpoint())
                .isEqualTo("http://second");
        assertThatThrownBy(() -> of(Map.of("AWS_ENDPOINT_URL", "store:9000")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("AWS_ENDPOINT_URL")
                .hasMessageContaining("http://");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--endpoint | store:9000 | http://",
                "--endpoint | ftp://store | http://",
                "--endpoint | not a url | http://",
                "--endpoint | http:// | host",
                "--endpoint | http://store:99999 | 65535",
                "--region | over there | letters",
                "--include | /absolute | relative",
                "--exclude | [a | ]",
                "--limit-rate | fast | 50M",
                "--limit-rate | 0 | positive",
                "--limit-rate | 9223372036854775807K | 50M",
                "--limit-rate | 10MB | 50M",
                "--connections | 0 | from 1 to 512",
                "--connections | 513 | from 1 to 512",
                "--connections | 1K | from 1 to 512",
                "--connections | many | from 1 to 512",
                "--memory | 63M | 64M",
                "--memory | lots | 50M",
                "--transport | pigeon | direct or sdk",
                "--ca-file | /no/such/file | PEM"
            })
    void aBadValueNamesItsOptionTheValueAndWhatToGive(String option, String value, String hint) {
        assertWrong(new String[] {option, value}, option, value, hint);
        assertWrong(new String[] {option + "=" + value}, option, value, hint);
    }

    @Test
    void aUrlWithAUserIsNotQuoted() {
        assertThatThrownBy(() -> of("--endpoint", "http://me@store"))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--endpoint: must not carry a user name")
                .message()
                .doesNotContain("me@");
    }

    @Test
    void aValueThatLooksLikeAnOptionIsGivenAfterAnEqualsSign() throws Exception {
        assertWrong(new String[] {"--limit-rate=-1"}, "--limit-rate", "-1", "positive");
        assertWrong(new String[] {"--limit-rate", "-1"}, "--limit-rate", "-1", "positive");
        assertWrong(new String[] {"--include", "--exlude"}, "--include needs a value");
        assertThat(of("--include=--x").include()).containsExactly("--x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--endpoint",
                "--region",
                "--include",
                "--exclude",
                "--limit-rate",
                "--connections",
                "--memory",
                "--transport",
                "--ca-file"
            })
    void anOptionWithoutItsValueSaysSo(String option) {
        assertWrong(new String[] {option}, option + " needs a value");
        assertWrong(new String[] {option + "="}, option + " needs a value");
        assertWrong(new String[] {option, "--json"}, option + " needs a value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--path-style",
                "--virtual-host",
                "--anonymous",
                "--no-verify",
                "--no-sync",
                "--list-first",
                "--insecure",
                "--json",
                "--quiet"
            })
    void anOptionThatTakesNoValueSaysSo(String option) {
        assertWrong(new String[] {option + "=false"}, "'" + option + "'", "without 'false'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--recursive", "--region2", "-v", "-"})
    void whatIsNoOptionIsNamed(String option) {
        assertWrong(new String[] {option}, "no option " + option);
    }

    @Test
    void aMisspeltOptionIsToldTheSimilarOne() {
        assertWrong(new String[] {"--exlude", "a"}, "no option --exlude", "did you mean --exclude");
    }

    @Test
    void anOptionOfAnotherStoreIsToldWithTheForm() {
        assertWrong(
                new String[] {"--user-project", "p"},
                "no option --user-project for a source s3://BUCKET/PREFIX");
    }

    @Test
    void afterTwoDashesNothingIsAnOption() throws Exception {
        assertThat(parsed(Map.of(), "s3://b/x", "--", "-dir").directory()).isEqualTo("-dir");
    }

    @Test
    void argumentsAreTakenAsTheyAre() throws Exception {
        assertThat(of("--include", "@file").include()).containsExactly("@file");
        assertThat(of("--include", "${x}").include()).containsExactly("${x}");
        assertThat(of("--include", "\"a\"").include()).containsExactly("\"a\"");
    }

    @Test
    void optionsThatContradictEachOtherAreBothNamed(@TempDir Path directory) throws Exception {
        String authorities = Files.writeString(directory.resolve("ca.pem"), "").toString();
        assertWrong(
                new String[] {"--path-style", "--virtual-host"}, "--path-style", "--virtual-host");
        assertWrong(
                new String[] {"--virtual-host", "--path-style"}, "--path-style", "--virtual-host");
        assertWrong(
                new String[] {"--insecure", "--ca-file", authorities}, "--insecure", "--ca-file");
    }

    @Test
    void ofOneOptionGivenTwiceTheLastCounts() throws Exception {
        assertThat(s3(of("--region", "a", "--region", "b")).region()).isEqualTo("b");
        assertThat(s3(of("--path-style", "--path-style")).pathStyle()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "s3://b, b, ''",
        "s3://b/, b, ''",
        "s3://b/x, b, x",
        "s3://b/x/y/, b, x/y/",
        "s3://b//x, b, /x",
        "s3://b/s3://b, b, s3://b"
    })
    void aSourceIsABucketAndAPrefix(String source, String bucket, String prefix) throws Exception {
        FillOptions options = parsed(Map.of(), source, "dir");
        assertThat(s3(options))
                .extracting(S3Spec::bucket, S3Spec::prefix)
                .containsExactly(bucket, prefix);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://",
                "s3:///x",
                "bucket/x",
                "gs://Bucket",
                "s3://b c/x",
                "s3://.b",
                "s3//b/x",
                " s3://b"
            })
    void aSourceThatIsNoneIsShownWithWhatItShouldBe(String source) {
        assertThatThrownBy(() -> parsed(Map.of(), source, "dir"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("://BUCKET/PREFIX")
                .hasMessageContaining(", not \"" + source + "\"");
    }

    @Test
    void sourceAndDirectoryAreBothNeeded() {
        for (String[] operands :
                new String[][] {{}, {"s3://b"}, {"s3://b", "dir", "more"}, {"s3://b", ""}}) {
            assertThatThrownBy(() -> parsed(Map.of(), operands))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("directory");
        }
        assertThatThrownBy(() -> parsed(Map.of()))
                .hasMessage("give a source and a directory: cistern fill s3://BUCKET/PREFIX DIR");
    }

    @Test
    void everyStoreHasACommandLine() {
        assertThat(
                        Stores.commandLines().stream()
                                .<Class<?>>map(StoreCommandLine::specType)
                                .toList())
                .containsExactlyInAnyOrder(StoreSpec.class.getPermittedSubclasses());
    }

    @Test
    void anOptionTakesAValueWithAllStoresOrWithNone() {
        Map<String, Boolean> takes = new HashMap<>();
        for (StoreCommandLine store : Stores.commandLines()) {
            for (StoreOption option : store.options()) {
                Boolean before = takes.put(option.name(), option.value() != null);
                assertThat(before).as(option.name()).isIn(null, option.value() != null);
            }
        }
    }
}
