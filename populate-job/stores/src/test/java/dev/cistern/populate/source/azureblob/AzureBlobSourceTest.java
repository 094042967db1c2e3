package dev.cistern.populate.source.azureblob;

import dev.cistern.doubles.azure.AccountKeys;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.wire.AzureBlobAuth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The contract against a store that checks signatures, versions, paths, parameters and entity tags.
class AzureBlobSourceTest extends SourceContract {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Azure azure;

    @BeforeEach
    void start() throws IOException {
        azure = new Azure(directory);
    }

    @AfterEach
    void stop() {
        azure.close();
    }

    @Override
    protected Source open(String prefix) throws Exception {
        return azure.open(prefix);
    }

    @Override
    protected Source openMissing() throws Exception {
        return Azure.open(azure.spec("missing", "", azure.key()), Map.of());
    }

    @Override
    protected Source openWithWrongKeys() throws Exception {
        return azure.open(
                "",
                new AzureBlobAuth.AccountKey(azure.file(AccountKeys.key("another")).toString()));
    }

    @Override
    protected void put(String key, byte[] bytes) {
        azure.store.put(key, bytes);
    }

    @Override
    protected void remove(String key) {
        azure.store.remove(key);
    }
}
