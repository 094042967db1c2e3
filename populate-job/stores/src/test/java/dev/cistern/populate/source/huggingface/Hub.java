package dev.cistern.populate.source.huggingface;

import dev.cistern.doubles.huggingface.HubRepo;
import dev.cistern.doubles.huggingface.StrictHub;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.HuggingFaceAuth;
import dev.cistern.populate.wire.HuggingFacePath;
import dev.cistern.populate.wire.HuggingFaceSpec;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/// The strict Hub with a model, and a reader who has a token.
final class Hub implements AutoCloseable {
    static final String TOKEN = "hf_reader";

    final StrictHub server;
    final HubRepo repo;
    final Path tokenFile;

    Hub(Path directory) throws IOException {
        this(directory, new StrictHub());
    }

    Hub(Path directory, StrictHub server) throws IOException {
        this.server = server;
        repo = server.repo("models", "org/name");
        repo.put(
                ".gitattributes",
                "*.bin filter=lfs\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        server.accept(TOKEN, "reader");
        // As the kubelet or an editor leaves it.
        tokenFile = Files.writeString(directory.resolve("token"), TOKEN + "\n");
    }

    /// With the reader's token.
    Source open(String path) throws SourceException {
        return open(spec(path, new HuggingFaceAuth.TokenFile(tokenFile.toString())));
    }

    Source openAnonymously(String path) throws SourceException {
        return open(spec(path, new HuggingFaceAuth.Anonymous()));
    }

    HuggingFaceSpec spec(String path, HuggingFaceAuth auth) {
        return spec(path, null, auth);
    }

    HuggingFaceSpec spec(String path, @Nullable String commit, HuggingFaceAuth auth) {
        return new HuggingFaceSpec(
                server.endpoint(), TlsSpec.PLATFORM, HuggingFacePath.parse(path), commit, auth);
    }

    static Source open(HuggingFaceSpec spec) throws SourceException {
        return HuggingFaceProvider.open(
                spec,
                new StoreContext(
                        0, Map.of(), BufferPool.of(64 * 1024), Proxies.NONE, "cistern/test"));
    }

    static List<SourceObject> list(Source source) throws Exception {
        List<SourceObject> all = new ArrayList<>();
        source.list(
                "",
                new Source.Listing() {
                    @Override
                    public void object(SourceObject object, String path) {
                        all.add(object);
                    }

                    @Override
                    public void page(String after) {}
                });
        return all;
    }

    static byte[] read(Source source, SourceObject object) throws Exception {
        return read(source, object, 0, object.size());
    }

    static byte[] read(Source source, SourceObject object, long from, long to) throws Exception {
        SourceContract.Bytes sink = new SourceContract.Bytes();
        source.read(object, from, to, sink);
        return sink.taken.toByteArray();
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    static Consumer<Throwable> refused(Reason reason, String... words) {
        return e ->
                Assertions.assertThat(e)
                        .isInstanceOfSatisfying(
                                SourceException.Refused.class,
                                refused ->
                                        Assertions.assertThat(refused.reason()).isEqualTo(reason))
                        .message()
                        .contains(words.length == 0 ? new String[] {"model "} : words);
    }

    @Override
    public void close() {
        server.close();
    }
}
