package dev.cistern.populate.source.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import org.junit.jupiter.api.Test;

/// What holds of every store, where a tree is an artifact's files. What has been pushed never changes: a file that is
/// pushed again is another blob, and what was listed before is still there.
abstract class OciContract extends SourceContract {
    @Test
    @Override
    public void anObjectThatChangedIsNeverRead() throws Exception {
        byte[] before = Registry.random(1000);
        put("changing/x", before);
        try (Source source = open("changing/")) {
            SourceObject listed = list(source).getFirst().object();
            put("changing/x", Registry.random(1001));
            Bytes sink = new Bytes();
            source.read(listed, 0, 1000, sink);
            assertThat(sink.taken.toByteArray()).isEqualTo(before);
            // The tag was looked up once, and a listing that is tried again is the same.
            assertThat(list(source).getFirst().object()).isEqualTo(listed);
        }
        try (Source source = open("changing/")) {
            assertThat(list(source).getFirst().object().size()).isEqualTo(1001);
        }
    }

    @Test
    @Override
    public void anObjectThatIsGoneSaysSo() throws Exception {
        byte[] bytes = Registry.random(10);
        put("gone/x", bytes);
        try (Source source = open("gone/")) {
            SourceObject listed = list(source).getFirst().object();
            removeBlob(bytes);
            assertThatThrownBy(() -> source.read(listed, 0, 10, new Bytes()))
                    .isInstanceOfSatisfying(
                            SourceException.Changed.class, e -> assertThat(e.gone()).isTrue())
                    .hasMessageContaining("gone/x")
                    .hasMessageContaining("push it again");
        }
    }

    /// Removes a blob from the registry's storage, as garbage collection does.
    abstract void removeBlob(byte[] bytes) throws Exception;

    @Test
    @Override
    public void whatIsNotThereIsNamed() throws Exception {
        put("some/file", Registry.random(1));
        try (Source missing = openMissing();
                Source wrong = openWithWrongKeys();
                Source nothing = open("no-such-object")) {
            assertThatThrownBy(() -> list(missing)).satisfies(is(missing()));
            assertThatThrownBy(() -> list(wrong)).satisfies(is(Reason.INVALID_CREDENTIALS));
            assertThatThrownBy(() -> list(nothing))
                    .satisfies(is(Reason.NO_SUCH_OBJECT))
                    .hasMessageContaining("no-such-object; it has some/file");
        }
    }

    /// What a registry says of a repository that is not there.
    Reason missing() {
        return Reason.NO_SUCH_BUCKET;
    }
}
