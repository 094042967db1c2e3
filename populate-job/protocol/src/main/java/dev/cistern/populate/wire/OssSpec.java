package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A tree or one object in a bucket of Alibaba Cloud OSS.
///
/// @param endpoint URL of the store; null means the region's public one
/// @param region such as `cn-hangzhou`; requests are signed for it
/// @param addressing where requests name the bucket; null means what suits the endpoint
/// @param tls which certificates are accepted, of the store and of the Security Token Service
/// @param bucket the bucket's name, not empty
/// @param prefix a tree (ends with `/`, or empty for the whole bucket) or one object's name
/// @param requesterPays whether whoever reads offers to pay for it
/// @param auth how requests are authenticated
public record OssSpec(
        @Nullable String endpoint,
        String region,
        @Nullable OssAddressing addressing,
        TlsSpec tls,
        String bucket,
        String prefix,
        boolean requesterPays,
        OssAuth auth)
        implements StoreSpec {
    static OssSpec read(WireReader in) throws WireException {
        in.onlyKnown(
                "type",
                "endpoint",
                "region",
                "addressing",
                "tls",
                "bucket",
                "prefix",
                "requesterPays",
                "auth");
        return new OssSpec(
                in.optionalText("endpoint"),
                in.text("region"),
                in.optionalChoice("addressing", OssAddressing.values(), OssAddressing::wireName),
                TlsSpec.read(in.optionalObject("tls")),
                S3Spec.bucket(in),
                in.text("prefix", ""),
                in.flag("requesterPays", false),
                OssAuthJson.read(in.object("auth")));
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "endpoint", endpoint);
        WireWriter.text(json, "region", region);
        WireWriter.text(json, "addressing", addressing == null ? null : addressing.wireName());
        json.writeObjectFieldStart("tls");
        tls.write(json);
        json.writeEndObject();
        WireWriter.text(json, "bucket", bucket);
        WireWriter.text(json, "prefix", prefix);
        json.writeBooleanField("requesterPays", requesterPays);
        json.writeObjectFieldStart("auth");
        OssAuthJson.write(json, auth);
        json.writeEndObject();
    }
}
