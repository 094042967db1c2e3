package dev.cistern.populate.source.oss;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The contract against a store that checks signatures, headers, parameters and conditions.
class OssSourceTest extends SourceContract {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private Oss oss;

    @BeforeEach
    void start() throws IOException {
        oss = new Oss(directory);
    }

    @AfterEach
    void stop() {
        oss.close();
    }

    @Override
    protected Source open(String prefix) throws Exception {
        return oss.open(prefix);
    }

    @Override
    protected Source openMissing() throws Exception {
        return Oss.open(
                Oss.spec(oss.store.endpoint(), "missing", "", null, false, oss.auth(oss.key)),
                Map.of());
    }

    @Override
    protected Source openWithWrongKeys() throws Exception {
        return oss.open("", oss.auth(new dev.cistern.doubles.oss.Accounts().key("nobody")));
    }

    @Override
    protected void put(String key, byte[] bytes) {
        oss.store.put(key, bytes);
    }

    @Override
    protected void remove(String key) {
        oss.store.remove(key);
    }
}
