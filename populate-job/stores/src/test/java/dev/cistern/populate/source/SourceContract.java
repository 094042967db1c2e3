package dev.cistern.populate.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.wire.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Contract of all sources. A store's test subclasses this.
public abstract class SourceContract {
    /// A source over a prefix of the store.
    protected abstract Source open(String prefix) throws Exception;

    /// A source over a bucket that does not exist.
    protected abstract Source openMissing() throws Exception;

    /// A source with credentials that the store does not know.
    protected abstract Source openWithWrongKeys() throws Exception;

    /// Stores an object.
    protected abstract void put(String key, byte[] bytes) throws Exception;

    /// Deletes an object.
    protected abstract void remove(String key) throws Exception;

    public record Listed(SourceObject object, String path) {}

    public static List<Listed> list(Source source) throws Exception {
        List<Listed> all = new ArrayList<>();
        source.list(
                "",
                new Source.Listing() {
                    @Override
                    public void object(SourceObject object, String path) {
                        all.add(new Listed(object, path));
                    }

                    @Override
                    public void page(String after) {}
                });
        return all;
    }

    public static final class Bytes implements ObjectSink {
        public final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        public @Nullable ObjectDigest digest;

        @Override
        public void begin(@Nullable ObjectDigest offered) {
            digest = offered;
        }

        @Override
        public void accept(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            taken.writeBytes(copy);
        }
    }

    private static SourceObject one(Source source) throws Exception {
        List<Listed> all = list(source);
        assertThat(all).hasSize(1);
        return all.getFirst().object();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    public void aTreeIsListedWithPathsBelowItsPrefix() throws Exception {
        put("tree/a", random(3));
        put("tree/sub/b", random(70_000));
        put("treeless", random(1));
        try (Source source = open("tree/")) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("a", "sub/b");
            assertThat(list(source))
                    .extracting(l -> l.object().size())
                    .containsExactly(3L, 70_000L);
        }
    }

    @Test
    public void keysOfEverySortSurviveListingAndReading() throws Exception {
        List<String> names =
                List.of(
                        "a b",
                        "a+b",
                        "a%20b",
                        "a&b=c;d",
                        "ключ",
                        "🗝",
                        "e\u0301",
                        "quote\"'<>",
                        "~!*()",
                        "x#y?z");
        for (String name : names) {
            put("odd/" + name, name.getBytes(StandardCharsets.UTF_8));
        }
        try (Source source = open("odd/")) {
            List<Listed> all = list(source);
            assertThat(all).extracting(Listed::path).containsExactlyInAnyOrderElementsOf(names);
            for (Listed listed : all) {
                Bytes sink = new Bytes();
                source.read(listed.object(), 0, listed.object().size(), sink);
                assertThat(sink.taken.toString(StandardCharsets.UTF_8)).isEqualTo(listed.path());
            }
        }
    }

    @Test
    public void aPrefixThatNamesAnObjectIsThatObject() throws Exception {
        put("single/file", random(10));
        put("single/file-2", random(11));
        try (Source source = open("single/file")) {
            assertThat(one(source).size()).isEqualTo(10);
            assertThat(list(source).getFirst().path()).isEqualTo("file");
        }
    }

    @Test
    public void aPrefixWithoutASlashThatNamesATreeIsThatTree() throws Exception {
        put("noslash/file", random(10));
        try (Source source = open("noslash")) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("file");
        }
    }

    @Test
    public void anythingBetweenTwoBytesCanBeRead() throws Exception {
        byte[] bytes = random(300_000);
        put("ranges/x", bytes);
        try (Source source = open("ranges/")) {
            SourceObject object = one(source);
            for (int[] range :
                    new int[][] {{0, 300_000}, {0, 1}, {299_999, 300_000}, {65_535, 200_001}}) {
                Bytes sink = new Bytes();
                source.read(object, range[0], range[1], sink);
                assertThat(sink.taken.toByteArray())
                        .isEqualTo(Arrays.copyOfRange(bytes, range[0], range[1]));
            }
        }
    }

    @Test
    public void anObjectThatChangedIsNeverRead() throws Exception {
        put("changing/x", random(1000));
        try (Source source = open("changing/")) {
            SourceObject before = one(source);
            put("changing/x", random(1001));
            Bytes sink = new Bytes();
            assertThatThrownBy(() -> source.read(before, 0, 1000, sink))
                    .isInstanceOf(SourceException.Changed.class)
                    .hasMessageContaining("changing/x");
            assertThatThrownBy(() -> source.read(before, 10, 20, sink))
                    .isInstanceOf(SourceException.Changed.class);
            assertThat(sink.taken.size()).isZero();
            assertThat(source.describe(before).object().size()).isEqualTo(1001);
        }
    }

    @Test
    public void anObjectThatIsGoneSaysSo() throws Exception {
        put("gone/x", random(10));
        try (Source source = open("gone/")) {
            SourceObject before = one(source);
            remove("gone/x");
            assertThatThrownBy(() -> source.read(before, 0, 10, new Bytes()))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isTrue());
            assertThatThrownBy(() -> source.describe(before))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isTrue());
        }
    }

    @Test
    public void whatIsNotThereIsNamed() throws Exception {
        try (Source missing = openMissing();
                Source wrong = openWithWrongKeys();
                Source nothing = open("no-such-object")) {
            assertThatThrownBy(() -> list(missing)).satisfies(is(Reason.NO_SUCH_BUCKET));
            assertThatThrownBy(() -> list(wrong)).satisfies(is(Reason.INVALID_CREDENTIALS));
            assertThatThrownBy(() -> list(nothing)).satisfies(is(Reason.NO_SUCH_OBJECT));
        }
    }

    @Test
    public void whatASinkThrowsComesThrough() throws Exception {
        put("throwing/x", random(100_000));
        try (Source source = open("throwing/")) {
            SourceObject object = one(source);
            ObjectSink full =
                    new ObjectSink() {
                        @Override
                        public void begin(@Nullable ObjectDigest digest) {}

                        @Override
                        public void accept(ByteBuffer bytes) throws IOException {
                            throw new IOException("disk full");
                        }
                    };
            assertThatThrownBy(() -> source.read(object, 0, 100_000, full)).hasMessage("disk full");
            Bytes sink = new Bytes();
            source.read(object, 0, 100_000, sink);
            assertThat(sink.taken.size()).isEqualTo(100_000);
        }
    }

    protected static java.util.function.Consumer<Throwable> is(Reason reason) {
        return e ->
                assertThat(e)
                        .isInstanceOfSatisfying(
                                SourceException.Refused.class,
                                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
