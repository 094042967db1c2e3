package dev.cistern.doubles.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/// Puts manifests together, as clients that push do.
public final class Artifact {
    private static final String TITLE = "org.opencontainers.image.title";

    private final StrictRegistry registry;
    private final String repository;
    private final JsonArray layers = new JsonArray();

    public Artifact(StrictRegistry registry, String repository) {
        this.registry = registry;
        this.repository = repository;
    }

    /// Adds a file, as ORAS does.
    public Artifact file(String title, byte[] bytes) {
        return layer("application/vnd.oci.image.layer.v1.tar", bytes, Map.of(TITLE, title));
    }

    /// Adds a layer.
    public Artifact layer(String type, byte[] bytes, Map<String, String> annotations) {
        return described(type, registry.blob(repository, bytes), bytes.length, annotations);
    }

    /// Adds a layer whose blob nobody has pushed, or another one than is said.
    public Artifact described(
            String type, String digest, long size, Map<String, String> annotations) {
        JsonObject layer = new JsonObject();
        layer.addProperty("mediaType", type);
        layer.addProperty("digest", digest);
        layer.addProperty("size", size);
        JsonObject all = new JsonObject();
        new LinkedHashMap<>(annotations).forEach(all::addProperty);
        layer.add("annotations", all);
        layers.add(layer);
        return this;
    }

    /// The manifest.
    public JsonObject document() {
        JsonObject config = new JsonObject();
        config.addProperty("mediaType", "application/vnd.oci.empty.v1+json");
        config.addProperty("digest", registry.blob(repository, new byte[] {'{', '}'}));
        config.addProperty("size", 2);
        JsonObject manifest = new JsonObject();
        manifest.addProperty("schemaVersion", 2);
        manifest.addProperty("mediaType", StrictRegistry.OCI_MANIFEST);
        manifest.addProperty("artifactType", "application/vnd.test");
        manifest.add("config", config);
        manifest.add("layers", layers);
        return manifest;
    }

    /// Pushes it; its digest.
    public String push(String tag) {
        String digest =
                registry.manifest(repository, StrictRegistry.OCI_MANIFEST, document().toString());
        registry.tag(repository, tag, digest);
        return digest;
    }
}
