package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A tree or one object in a bucket of a store that speaks S3.
///
/// @param endpoint URL of the store; null means AWS's own in the region
/// @param region that requests are signed for; null means the engine's default
/// @param pathStyle whether the bucket is in the path instead of the host name
/// @param tls which certificates are accepted
/// @param bucket as [S3Bucket] has it, not empty
/// @param prefix a tree (ends with `/`, or empty for the whole bucket) or one object's key
/// @param auth how requests are authenticated
/// @param options how else it is read
public record S3Spec(
        @Nullable String endpoint,
        @Nullable String region,
        boolean pathStyle,
        TlsSpec tls,
        String bucket,
        String prefix,
        S3Auth auth,
        S3Options options)
        implements StoreSpec {

    /// The usual way.
    public S3Spec(
            @Nullable String endpoint,
            @Nullable String region,
            boolean pathStyle,
            TlsSpec tls,
            String bucket,
            String prefix,
            S3Auth auth) {
        this(endpoint, region, pathStyle, tls, bucket, prefix, auth, S3Options.NONE);
    }

    static S3Spec read(WireReader in) throws WireException {
        in.onlyKnown(
                "type",
                "endpoint",
                "region",
                "pathStyle",
                "tls",
                "bucket",
                "prefix",
                "auth",
                "options");
        return new S3Spec(
                in.optionalText("endpoint"),
                in.optionalText("region"),
                in.flag("pathStyle", false),
                TlsSpec.read(in.optionalObject("tls")),
                bucket(in),
                in.text("prefix", ""),
                S3AuthJson.read(in.object("auth")),
                S3Options.read(in.optionalObject("options")));
    }

    static String bucket(WireReader in) throws WireException {
        String bucket = in.text("bucket");
        if (bucket.isEmpty()) {
            throw in.wrong("bucket", "must not be empty");
        }
        return bucket;
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "endpoint", endpoint);
        WireWriter.text(json, "region", region);
        json.writeBooleanField("pathStyle", pathStyle);
        json.writeObjectFieldStart("tls");
        tls.write(json);
        json.writeEndObject();
        WireWriter.text(json, "bucket", bucket);
        WireWriter.text(json, "prefix", prefix);
        json.writeObjectFieldStart("auth");
        S3AuthJson.write(json, auth);
        json.writeEndObject();
        if (!options.equals(S3Options.NONE)) {
            json.writeObjectFieldStart("options");
            options.write(json);
            json.writeEndObject();
        }
    }
}
