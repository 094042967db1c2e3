package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/// The kinds of stores by their names in JSON.
enum StoreType {
    S3("s3", S3Spec::read),
    GCS("gcs", GcsSpec::read),
    AZURE_BLOB("azureBlob", AzureBlobSpec::read),
    OSS("oss", OssSpec::read),
    HTTP("http", HttpSpec::read),
    OCI("oci", OciSpec::read),
    HUGGING_FACE("huggingFace", HuggingFaceSpec::read);

    /// Reads the fields of a store.
    @FunctionalInterface
    private interface Reader {
        StoreSpec read(WireReader in) throws WireException;
    }

    private final String wireName;
    private final Reader reader;

    StoreType(String wireName, Reader reader) {
        this.wireName = wireName;
        this.reader = reader;
    }

    String wireName() {
        return wireName;
    }

    static StoreSpec read(WireReader in) throws WireException {
        return in.choice("type", values(), StoreType::wireName, null).reader.read(in);
    }

    /// Writes the object's fields, its type first.
    static void write(JsonGenerator json, StoreSpec store) throws IOException {
        switch (store) {
            case HttpSpec http -> {
                HTTP.begin(json);
                http.write(json);
            }
            case S3Spec s3 -> {
                S3.begin(json);
                s3.write(json);
            }
            case GcsSpec gcs -> {
                GCS.begin(json);
                gcs.write(json);
            }
            case OciSpec oci -> {
                OCI.begin(json);
                oci.write(json);
            }
            case OssSpec oss -> {
                OSS.begin(json);
                oss.write(json);
            }
            case HuggingFaceSpec hub -> {
                HUGGING_FACE.begin(json);
                hub.write(json);
            }
            case AzureBlobSpec azure -> {
                AZURE_BLOB.begin(json);
                azure.write(json);
            }
        }
    }

    private void begin(JsonGenerator json) throws IOException {
        WireWriter.text(json, "type", wireName);
    }
}
