package dev.cistern.populate.source.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.HuggingFaceAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract against a Hub that checks tokens, paths and parameters. What is read is a commit: later ones change
/// nothing about it.
class HuggingFaceSourceTest extends SourceContract {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Hub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new Hub(directory);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Override
    protected Source open(String prefix) throws Exception {
        return hub.open("org/name/" + prefix);
    }

    @Override
    protected Source openMissing() throws Exception {
        return hub.open("org/missing");
    }

    @Override
    protected Source openWithWrongKeys() throws Exception {
        Path wrong = Files.writeString(directory.resolve("wrong"), "hf_wrong");
        return Hub.open(hub.spec("org/name", new HuggingFaceAuth.TokenFile(wrong.toString())));
    }

    @Override
    protected void put(String key, byte[] bytes) {
        if (bytes.length > 100_000) {
            hub.repo.putXet(key, bytes);
        } else if (bytes.length > 50_000) {
            hub.repo.putLfs(key, bytes);
        } else {
            hub.repo.put(key, bytes);
        }
    }

    @Override
    protected void remove(String key) {
        hub.repo.remove(key);
    }

    /// A commit that is read cannot change.
    @Test
    @Override
    public void anObjectThatChangedIsNeverRead() throws Exception {
        put("changing/x", Hub.random(1000));
        try (Source source = open("changing/")) {
            SourceObject before = list(source).getFirst().object();
            put("changing/x", Hub.random(1001));
            assertThat(Hub.read(source, before)).isEqualTo(Hub.random(1000));
            assertThat(Hub.read(source, before, 10, 20))
                    .isEqualTo(java.util.Arrays.copyOfRange(Hub.random(1000), 10, 20));
            assertThat(source.describe(before).object()).isEqualTo(before);
            assertThat(list(source))
                    .extracting(listed -> listed.object().size())
                    .containsExactly(1000L);
        }
    }

    /// A commit that is read can be gone: its history was squashed, or the repo removed.
    @Test
    @Override
    public void anObjectThatIsGoneSaysSo() throws Exception {
        put("gone/x", Hub.random(10));
        String commit = hub.repo.put("other", Hub.random(1));
        try (Source source = open("gone/")) {
            SourceObject before = list(source).getFirst().object();
            remove("gone/x");
            assertThat(Hub.read(source, before)).isEqualTo(Hub.random(10));
            hub.repo.forget(commit);
            assertThatThrownBy(() -> Hub.read(source, before))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isTrue())
                    .hasMessageContainingAll("gone/x", "RevisionNotFound");
        }
    }

    @Test
    void aPageOfATreeFollowsAnother() throws Exception {
        for (int i = 0; i < 25; i++) {
            put("many/d" + i % 3 + "/" + i, Hub.random(i));
        }
        hub.server.pageSize(7);
        try (Source source = open("many/")) {
            List<Listed> all = list(source);
            assertThat(all).hasSize(25).extracting(Listed::path).doesNotHaveDuplicates();
        }
    }
}
