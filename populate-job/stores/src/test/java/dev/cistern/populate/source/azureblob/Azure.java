package dev.cistern.populate.source.azureblob;

import dev.cistern.doubles.azure.EntraServices;
import dev.cistern.doubles.azure.EntraTokens;
import dev.cistern.doubles.azure.StrictAzureBlob;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.AzureBlobAuth;
import dev.cistern.populate.wire.AzureBlobSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The strict store with the services that give tokens for it.
public final class Azure implements AutoCloseable {
    public final EntraTokens tokens = new EntraTokens();
    public final EntraServices entra = new EntraServices(tokens);
    public final StrictAzureBlob store = new StrictAzureBlob(tokens);
    private final Path directory;

    public Azure(Path directory) throws IOException {
        this.directory = directory;
    }

    /// A file with a secret.
    Path file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "credential", ""), content);
    }

    /// A source by the account's first key.
    Source open(String prefix) throws Exception {
        return open(prefix, key());
    }

    AzureBlobAuth key() throws IOException {
        return new AzureBlobAuth.AccountKey(file(store.keys().get(0) + "\n").toString());
    }

    Source open(String prefix, AzureBlobAuth auth) throws SourceException {
        return open(spec(StrictAzureBlob.CONTAINER, prefix, auth), Map.of());
    }

    AzureBlobSpec spec(String container, String prefix, AzureBlobAuth auth) {
        return new AzureBlobSpec(
                StrictAzureBlob.ACCOUNT,
                store.endpoint(),
                TlsSpec.PLATFORM,
                container,
                prefix,
                auth,
                entra.url());
    }

    static Source open(AzureBlobSpec spec, Map<String, String> environment) throws SourceException {
        return AzureBlobProvider.open(
                spec,
                new StoreContext(
                        0, environment, BufferPool.of(64 * 1024), Proxies.NONE, "cistern/test"));
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

    public static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Override
    public void close() {
        entra.close();
        store.close();
    }
}
