package dev.cistern.populate.source.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cistern.populate.testing.OddWeb;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListTest {
    private static final String A = "0123456789abcdef".repeat(4);

    private static List<ListedFile> read(ListFormat format, byte[] list, int piece) {
        List<ListedFile> files = new ArrayList<>();
        ListLines lines = new ListLines();
        ListLines.Visitor<RuntimeException> taker =
                line -> {
                    ListedFile file = format.file(line);
                    if (file != null) {
                        files.add(file);
                    }
                };
        for (int at = 0; at < list.length; at += piece) {
            lines.accept(ByteBuffer.wrap(list, at, Math.min(piece, list.length - at)), taker);
        }
        lines.end(taker);
        return files;
    }

    private static List<ListedFile> sums(String list) {
        return read(new Sha256Sums(), list.getBytes(StandardCharsets.UTF_8), 7);
    }

    @Test
    void allFormsOfALineAreRead() {
        assertThat(
                        sums(
                                "\uFEFF# made by hand\r\n\r\n"
                                        + A
                                        + "  a\r\n"
                                        + A.toUpperCase(java.util.Locale.ROOT)
                                        + " *b c\n"
                                        + A
                                        + " d\n"
                                        + "\\"
                                        + A
                                        + "  e\\\\f\n"
                                        + "SHA256 (g (1).iso) = "
                                        + A
                                        + "\n"
                                        + "\\SHA256 (h\\\\i) = "
                                        + A
                                        + "\n"
                                        + A
                                        + "  ./sub/ü🗝.bin\n"
                                        + "   \n"
                                        + A
                                        + "   two blanks before\n"
                                        + A
                                        + "  last without an end"))
                .allSatisfy(file -> assertThat(file.sha256()).isEqualTo(A))
                .allSatisfy(file -> assertThat(file.size()).isEqualTo(-1))
                .extracting(ListedFile::path)
                .containsExactly(
                        "a",
                        "b c",
                        "d",
                        "e\\f",
                        "g (1).iso",
                        "h\\i",
                        "sub/ü🗝.bin",
                        " two blanks before",
                        "last without an end");
    }

    /// Of a list with names of 1,000 characters fewer are remembered than of one with short names.
    @Test
    void whatIsRememberedOfNamesIsBoundedByWhatTheyTake() {
        assertThat(remembered("")).isBetween(8_000, 20_000);
        assertThat(remembered("n".repeat(1000))).isBetween(1_500, 2_500);
    }

    private static int remembered(String directory) {
        ListRepeats repeats = new ListRepeats();
        int names = 30_000;
        for (int i = 0; i < names; i++) {
            assertThat(repeats.isRepeated(new ListedFile(directory + i, -1, A, null))).isFalse();
        }
        int found = 0;
        for (int i = 0; i < names; i++) {
            found += repeats.isRepeated(new ListedFile(directory + i, -1, A, null)) ? 1 : 0;
        }
        return found;
    }

    /// All kinds of names, in the tool's own notation.
    @ParameterizedTest
    @ValueSource(strings = {"--text", "--binary", "--tag"})
    void whatSha256sumWritesIsRead(String mode, @TempDir Path work) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/sha256sum")), "no sha256sum");
        Map<String, String> expected = new TreeMap<>();
        for (String name :
                List.of(
                        "plain",
                        "a b",
                        "back\\slash",
                        "ключ",
                        "e\u0301",
                        "x) = y",
                        "*star",
                        "#hash",
                        "%20")) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            Files.write(work.resolve(name), bytes);
            expected.put(name, OddWeb.sha256(bytes));
        }
        List<String> command = new ArrayList<>(List.of("/usr/bin/sha256sum", mode, "--"));
        command.addAll(expected.keySet());
        ProcessBuilder tool = new ProcessBuilder(command).directory(work.toFile());
        tool.environment().put("LC_ALL", "C.UTF-8");
        byte[] list = tool.start().getInputStream().readAllBytes();
        Map<String, String> read = new TreeMap<>();
        read(new Sha256Sums(), list, 4096).forEach(file -> read.put(file.path(), file.sha256()));
        assertThat(read).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    @ ../x               | empty or . or ..
                    @ *a/../../x         | empty or . or ..
                    @ a//b               | empty or . or ..
                    @ a/./b              | empty or . or ..
                    @  /etc/passwd       | not relative to the list
                    @ sub/               | names no file
                    @ .///               | names no file
                    \\@  a\\nb           | control character
                    \\@  a\\qb           | escapes nothing
                    \\@  a\\             | escapes nothing
                    SHA256 (a) = 123     | has no SHA-256
                    SHA256 (a            | is not SHA256
                    SHA512 (a) = @       | no line of sha256sum
                    <html>               | no line of sha256sum
                    0123  a              | no line of sha256sum
                    @                    | no line of sha256sum
                    """)
    void aWrongLineSaysWhatIsWrong(String line, String because) {
        assertThatThrownBy(() -> sums(line.replace("\\\\", "\\").replace("@", A)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(because);
    }

    @Test
    void aDigestOfOtherDigitsIsNone() {
        assertThatThrownBy(() -> sums(A.substring(1) + "٣  a")).hasMessageContaining("no SHA-256");
        assertThatThrownBy(() -> sums(A.substring(1) + "g  a")).hasMessageContaining("no SHA-256");
    }

    @Test
    void linesAreBoundedAndUtf8() {
        assertThatThrownBy(() -> sums(A + "  " + "x".repeat(ListLines.MAX_LINE_BYTES)))
                .hasMessageContaining("longer than 32768 bytes");
        byte[] latin = (A + "  \u00e9\n").getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> read(new Sha256Sums(), latin, 99))
                .hasMessageContaining("not UTF-8");
        byte[] wide = (A + "  a\n").getBytes(StandardCharsets.UTF_16);
        assertThatThrownBy(() -> read(new Sha256Sums(), wide, 99))
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void aManifestIsJsonLineByLine() {
        List<ListedFile> files =
                read(
                        new JsonManifest(),
                        ("# v1\n\r\n"
                                        + "{\"path\":\"a/b\",\"size\":12,\"sha256\":\""
                                        + A
                                        + "\"}\r\n"
                                        + "{\"url\":\"https://cdn/x\",\"etag\":{\"a\":[1]},\"sha256\":\""
                                        + A
                                        + "\",\"size\":9007199254740993,\"path\":\"ключ"
                                        + " \\ud83d\\udddd\",\"note\":null}\n"
                                        + " {\"path\":\"c\",\"size\":0,\"sha256\":\""
                                        + A
                                        + "\",\"url\":null} ")
                                .getBytes(StandardCharsets.UTF_8),
                        11);
        assertThat(files)
                .containsExactly(
                        new ListedFile("a/b", 12, A, null),
                        new ListedFile("ключ 🗝", 9_007_199_254_740_993L, A, "https://cdn/x"),
                        new ListedFile("c", 0, A, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    {"path":"a","size":1}                        | lacks one of path, size and sha256
                    {"path":"a","sha256":"@"}                    | lacks one of path, size and sha256
                    {"size":1,"sha256":"@"}                      | lacks one of path, size and sha256
                    {"path":"a","size":-1,"sha256":"@"}          | no number of bytes
                    {"path":"a","size":1.5,"sha256":"@"}         | no number of bytes
                    {"path":"a","size":"1","sha256":"@"}         | no number of bytes
                    {"path":"a","size":1,"sha256":"@","size":2}  | not valid JSON
                    {"path":"../a","size":1,"sha256":"@"}        | empty or . or ..
                    {"path":["a"],"size":1,"sha256":"@"}         | is not a text
                    {"path":"a","size":1,"sha256":"abc"}         | has no SHA-256
                    {"path":"a","size":1,"sha256":"@"} {}        | goes on after
                    {"path":"a"                                  | not valid JSON
                    ["a"]                                        | not a JSON object
                    """)
    void aWrongLineOfAManifestSaysWhatIsWrong(String line, String because) {
        assertThatThrownBy(() -> new JsonManifest().file(line.replace("@", A)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(because);
    }

    @Test
    void aSizeBeyondALongIsRefused() {
        assertThatThrownBy(
                        () ->
                                new JsonManifest()
                                        .file(
                                                "{\"path\":\"a\",\"sha256\":\""
                                                        + A
                                                        + "\",\"size\":99999999999999999999}"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
