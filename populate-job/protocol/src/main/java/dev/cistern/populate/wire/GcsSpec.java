package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A tree or one object in a bucket of Google Cloud Storage.
///
/// @param endpoint URL of the store; null means Google's own
/// @param tls which certificates are accepted, of the store and of the token services
/// @param bucket the bucket's name, not empty
/// @param prefix a tree (ends with `/`, or empty for the whole bucket) or one object's name
/// @param userProject the project that is billed for all requests; null means that none is
/// @param projectId the project that is billed if the bucket is requester pays and `userProject` is null; null means
/// that none is
/// @param auth how requests are authenticated
/// @param impersonation service account to read as; null means the identity of `auth` itself
public record GcsSpec(
        @Nullable String endpoint,
        TlsSpec tls,
        String bucket,
        String prefix,
        @Nullable String userProject,
        @Nullable String projectId,
        GcsAuth auth,
        @Nullable Impersonation impersonation)
        implements StoreSpec {

    /// Without a project for requester pays buckets.
    public GcsSpec(
            @Nullable String endpoint,
            TlsSpec tls,
            String bucket,
            String prefix,
            @Nullable String userProject,
            GcsAuth auth,
            @Nullable Impersonation impersonation) {
        this(endpoint, tls, bucket, prefix, userProject, null, auth, impersonation);
    }

    /// A service account to impersonate.
    ///
    /// @param serviceAccount its e-mail address
    /// @param iamEndpoint URL of the IAM Service Account Credentials API; null means Google's own
    public record Impersonation(String serviceAccount, @Nullable String iamEndpoint) {
        static @Nullable Impersonation read(@Nullable WireReader in) throws WireException {
            if (in == null) {
                return null;
            }
            in.onlyKnown("serviceAccount", "iamEndpoint");
            return new Impersonation(in.text("serviceAccount"), in.optionalText("iamEndpoint"));
        }
    }

    static GcsSpec read(WireReader in) throws WireException {
        in.onlyKnown(
                "type",
                "endpoint",
                "tls",
                "bucket",
                "prefix",
                "userProject",
                "projectId",
                "auth",
                "impersonation");
        return new GcsSpec(
                in.optionalText("endpoint"),
                TlsSpec.read(in.optionalObject("tls")),
                S3Spec.bucket(in),
                in.text("prefix", ""),
                in.optionalText("userProject"),
                in.optionalText("projectId"),
                GcsAuthJson.read(in.object("auth")),
                Impersonation.read(in.optionalObject("impersonation")));
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "endpoint", endpoint);
        json.writeObjectFieldStart("tls");
        tls.write(json);
        json.writeEndObject();
        WireWriter.text(json, "bucket", bucket);
        WireWriter.text(json, "prefix", prefix);
        WireWriter.text(json, "userProject", userProject);
        if (projectId != null) {
            // Older images reject unknown fields.
            WireWriter.text(json, "projectId", projectId);
        }
        json.writeObjectFieldStart("auth");
        GcsAuthJson.write(json, auth);
        json.writeEndObject();
        if (impersonation != null) {
            json.writeObjectFieldStart("impersonation");
            WireWriter.text(json, "serviceAccount", impersonation.serviceAccount());
            WireWriter.text(json, "iamEndpoint", impersonation.iamEndpoint());
            json.writeEndObject();
        }
    }
}
