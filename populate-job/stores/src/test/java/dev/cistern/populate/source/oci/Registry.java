package dev.cistern.populate.source.oci;

import dev.cistern.doubles.oci.StrictRegistry;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.OciAuth;
import dev.cistern.populate.wire.OciReference;
import dev.cistern.populate.wire.OciSpec;
import dev.cistern.populate.wire.TlsSpec;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Opens sources of a registry.
final class Registry {
    static final String REPOSITORY = "models/llama";
    static final Map<String, String> READER =
            Map.of("CISTERN_SOURCE_0_USERNAME", "reader", "CISTERN_SOURCE_0_PASSWORD", "s3cret");

    private Registry() {}

    static OciSpec spec(String endpoint, String artifact, OciAuth auth) {
        return spec(endpoint, artifact, null, auth);
    }

    static OciSpec spec(String endpoint, String artifact, @Nullable String platform, OciAuth auth) {
        return new OciSpec(
                endpoint, OciReference.parse(artifact), platform, TlsSpec.PLATFORM, auth);
    }

    static Source open(OciSpec spec, Map<String, String> environment) throws SourceException {
        return OciProvider.open(
                spec,
                new StoreContext(
                        0, environment, BufferPool.of(64 * 1024), Proxies.NONE, "cistern/test"));
    }

    /// What anybody may read.
    static Source open(StrictRegistry registry, String artifact) throws SourceException {
        return open(spec(registry.endpoint(), artifact, new OciAuth.Anonymous()), Map.of());
    }

    /// As the user that tests know.
    static Source openAsReader(StrictRegistry registry, String artifact) throws SourceException {
        return open(spec(registry.endpoint(), artifact, new OciAuth.Basic()), READER);
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
