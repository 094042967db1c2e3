package dev.cistern.populate.source.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.testing.OddWeb;
import dev.cistern.populate.wire.HttpAuth;
import dev.cistern.populate.wire.HttpSpec;
import dev.cistern.populate.wire.ListForm;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The contract, where a tree is what a list beside it names. There are neither buckets nor prefixes that may be a file
/// or a tree.
class HttpContractTest extends SourceContract {
    private final Map<String, byte[]> files = new TreeMap<>();
    private final OddWeb server;

    HttpContractTest() throws IOException {
        server = new OddWeb();
        server.authorization("Bearer right");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Override
    protected Source open(String prefix) throws Exception {
        if (!prefix.endsWith("/")) {
            return open(prefix, null, "right");
        }
        StringBuilder list = new StringBuilder();
        files.forEach(
                (key, bytes) -> {
                    if (key.startsWith(prefix)) {
                        list.append(OddWeb.sha256(bytes))
                                .append("  ")
                                .append(key.substring(prefix.length()))
                                .append('\n');
                    }
                });
        server.put("/" + prefix + ".list", list.toString().getBytes(StandardCharsets.UTF_8));
        return open(prefix + ".list", ListForm.SHA256SUMS, "right");
    }

    private Source open(String path, @Nullable ListForm list, String token) throws Exception {
        return HttpProvider.open(
                new HttpSpec(
                        server.endpoint(),
                        path,
                        list,
                        null,
                        List.of(),
                        List.of(),
                        TlsSpec.PLATFORM,
                        HttpAuth.BEARER),
                new StoreContext(
                        0,
                        Map.of("CISTERN_SOURCE_0_TOKEN", token),
                        BufferPool.of(128 * 1024),
                        Proxies.NONE,
                        "test"));
    }

    @Override
    protected Source openMissing() throws Exception {
        return open("missing/.list", ListForm.SHA256SUMS, "right");
    }

    @Override
    protected Source openWithWrongKeys() throws Exception {
        return open("any", null, "wrong");
    }

    @Override
    protected void put(String key, byte[] bytes) {
        files.put(key, bytes);
        server.put("/" + UrlText.ofName(key), bytes);
    }

    @Override
    protected void remove(String key) {
        files.remove(key);
        server.remove("/" + UrlText.ofName(key));
    }

    @Test
    @Override
    public void aPrefixWithoutASlashThatNamesATreeIsThatTree() throws Exception {
        put("noslash/file", new byte[10]);
        try (Source source = open("noslash")) {
            assertThatThrownBy(() -> list(source)).satisfies(is(Reason.NO_SUCH_OBJECT));
        }
    }

    @Test
    @Override
    public void whatIsNotThereIsNamed() throws Exception {
        try (Source missing = openMissing();
                Source wrong = openWithWrongKeys();
                Source nothing = open("no-such-object")) {
            assertThatThrownBy(() -> list(missing)).satisfies(is(Reason.NO_SUCH_OBJECT));
            assertThatThrownBy(() -> list(wrong)).satisfies(is(Reason.INVALID_CREDENTIALS));
            assertThatThrownBy(() -> list(nothing)).satisfies(is(Reason.NO_SUCH_OBJECT));
        }
    }

    /// Without the names that the contract uses for keys in buckets.
    @Test
    @Override
    public void aTreeIsListedWithPathsBelowItsPrefix() throws Exception {
        put("tree/a", new byte[3]);
        put("tree/sub/b", new byte[70_000]);
        put("treeless", new byte[1]);
        try (Source source = open("tree/")) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("a", "sub/b");
            assertThat(list(source))
                    .extracting(listed -> listed.object().size())
                    .containsExactly(3L, 70_000L);
        }
    }

    @Test
    @Override
    public void aPrefixThatNamesAnObjectIsThatObject() throws Exception {
        put("single/file", new byte[10]);
        put("single/file-2", new byte[11]);
        try (Source source = open("single/file")) {
            assertThat(list(source)).extracting(Listed::path).containsExactly("file");
        }
    }
}
