package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;

/// The one place of the controller that knows every type of store.
public final class Backends {
    private static final Backend S3 = new S3Backend();
    private static final Backend SPACES = new SpacesBackend();
    private static final Backend OSS = new OssBackend();
    private static final Backend GCS = new GcsBackend();
    private static final Backend AZURE_BLOB = new AzureBlobBackend();
    private static final Backend HTTP = new HttpBackend();
    private static final Backend OCI = new OciBackend();
    private static final Backend HUGGING_FACE = new HuggingFaceBackend();

    private Backends() {}

    /// The class for a type of store.
    public static Backend of(StorageBackendSpec.Type type) {
        return switch (type) {
            case S3 -> S3;
            case DIGITALOCEANSPACES -> SPACES;
            case OSS -> OSS;
            case GCS -> GCS;
            case AZUREBLOB -> AZURE_BLOB;
            case HTTP -> HTTP;
            case OCI -> OCI;
            case HUGGINGFACE -> HUGGING_FACE;
        };
    }

    /// The class for a source's store.
    public static Backend of(Sources source) {
        return of(source.getBackend().getType());
    }
}
