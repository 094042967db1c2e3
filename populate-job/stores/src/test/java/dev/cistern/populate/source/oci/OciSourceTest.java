package dev.cistern.populate.source.oci;

import dev.cistern.doubles.oci.Artifact;
import dev.cistern.doubles.oci.StrictRegistry;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.wire.OciAuth;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;

/// The contract against a registry that wants a token, and whose blobs are on another host.
class OciSourceTest extends OciContract {
    private final StrictRegistry registry = new StrictRegistry();
    private final Map<String, byte[]> files = new TreeMap<>();

    OciSourceTest() throws IOException {
        registry.access(StrictRegistry.Access.TOKEN);
        registry.redirects(true);
        registry.user("reader", "s3cret");
        registry.mayRead(Registry.REPOSITORY, "reader");
        registry.mayRead("missing/repository", "reader");
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Override
    protected Source open(String prefix) throws Exception {
        return Registry.openAsReader(registry, Registry.REPOSITORY + ":v1/" + prefix);
    }

    @Override
    protected Source openMissing() throws Exception {
        return Registry.openAsReader(registry, "missing/repository:v1");
    }

    @Override
    protected Source openWithWrongKeys() throws Exception {
        return Registry.open(
                Registry.spec(
                        registry.endpoint(), Registry.REPOSITORY + ":v1", new OciAuth.Basic()),
                Map.of(
                        "CISTERN_SOURCE_0_USERNAME",
                        "reader",
                        "CISTERN_SOURCE_0_PASSWORD",
                        "wrong"));
    }

    @Override
    protected void put(String key, byte[] bytes) {
        files.put(key, bytes);
        push();
    }

    @Override
    protected void remove(String key) {
        files.remove(key);
        push();
    }

    private void push() {
        Artifact artifact = new Artifact(registry, Registry.REPOSITORY);
        files.forEach(artifact::file);
        artifact.push("v1");
    }

    @Override
    void removeBlob(byte[] bytes) {
        registry.removeBlob(Registry.REPOSITORY, StrictRegistry.digest("sha256", bytes));
    }
}
