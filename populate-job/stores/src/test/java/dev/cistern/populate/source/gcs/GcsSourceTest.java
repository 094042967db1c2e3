package dev.cistern.populate.source.gcs;

import dev.cistern.doubles.gcs.ServiceAccountKey;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceContract;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The contract against a store that checks tokens, paths, parameters and generations.
class GcsSourceTest extends SourceContract {
    @RegisterExtension final Gcs gcs = new Gcs();

    @Override
    protected Source open(String prefix) throws Exception {
        return gcs.open(prefix);
    }

    @Override
    protected Source openMissing() throws Exception {
        GcsSpec spec = gcs.spec("", gcs.auth(), null, null);
        return Gcs.open(
                new GcsSpec(spec.endpoint(), spec.tls(), "missing", "", null, spec.auth(), null),
                Map.of());
    }

    @Override
    protected Source openWithWrongKeys() throws Exception {
        return gcs.open(
                "",
                new GcsAuth.ServiceAccountKey(
                        gcs.keyFile(ServiceAccountKey.of(Gcs.READER)).toString()));
    }

    @Override
    protected void put(String key, byte[] bytes) {
        gcs.store.put(key, bytes);
    }

    @Override
    protected void remove(String key) {
        gcs.store.remove(key);
    }
}
