package dev.cistern.populate.source.oss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.doubles.oss.Accounts;
import dev.cistern.doubles.oss.StrictOss;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.OssAddressing;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.OssSpec;
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
import org.jspecify.annotations.Nullable;

/// The strict store, and a reader who may read from it.
final class Oss implements AutoCloseable {
    static final String READER = "reader";

    final Accounts accounts = new Accounts();
    final Accounts.Key key = accounts.key(READER);
    final StrictOss store = new StrictOss(accounts);
    private final Path directory;

    Oss(Path directory) throws IOException {
        this.directory = directory;
    }

    /// A directory with a key, as a mounted Secret is.
    OssAuth.AccessKey auth(Accounts.Key of) throws IOException {
        Path files = Files.createTempDirectory(directory, "keys");
        write(files, of);
        return new OssAuth.AccessKey(files.toString());
    }

    static void write(Path files, Accounts.Key key) throws IOException {
        Files.writeString(files.resolve(OssAuth.AccessKey.ID), key.id() + "\n");
        Files.writeString(files.resolve(OssAuth.AccessKey.SECRET), key.secret() + "\n");
        if (key.token() != null) {
            Files.writeString(files.resolve(OssAuth.AccessKey.TOKEN), key.token());
        }
    }

    Source open(String prefix) throws Exception {
        return open(prefix, auth(key));
    }

    Source open(String prefix, OssAuth auth) throws SourceException {
        return open(spec(prefix, auth), Map.of());
    }

    OssSpec spec(String prefix, OssAuth auth) {
        return spec(store.endpoint(), StrictOss.BUCKET, prefix, null, false, auth);
    }

    static OssSpec spec(
            @Nullable String endpoint,
            String bucket,
            String prefix,
            @Nullable OssAddressing addressing,
            boolean requesterPays,
            OssAuth auth) {
        return new OssSpec(
                endpoint,
                StrictOss.REGION,
                addressing,
                TlsSpec.PLATFORM,
                bucket,
                prefix,
                requesterPays,
                auth);
    }

    static Source open(OssSpec spec, Map<String, String> environment) throws SourceException {
        return open(spec, environment, Proxies.NONE);
    }

    static Source open(OssSpec spec, Map<String, String> environment, Proxies proxies)
            throws SourceException {
        return OssProvider.open(
                spec,
                new StoreContext(
                        0, environment, BufferPool.of(64 * 1024), proxies, "cistern/test"));
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
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

    static byte[] read(Source source, SourceObject object, long from, long to) throws Exception {
        SourceContract.Bytes sink = new SourceContract.Bytes();
        source.read(object, from, to, sink);
        return sink.taken.toByteArray();
    }

    static Consumer<Throwable> refused(Reason reason, String... words) {
        return e ->
                assertThat(e)
                        .isInstanceOfSatisfying(
                                SourceException.Refused.class,
                                refused -> assertThat(refused.reason()).isEqualTo(reason))
                        .hasMessageContainingAll(words);
    }

    @Override
    public void close() {
        store.close();
    }
}
