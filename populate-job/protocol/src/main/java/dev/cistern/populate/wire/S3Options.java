package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Options of requests to a bucket.
///
/// @param dualStack whether AWS's endpoints for IPv4 and IPv6 are used
/// @param fips whether AWS's endpoints with FIPS 140 validated cryptography are used
/// @param requesterPays whether the requester agrees to pay for requests and traffic
/// @param customerKeyFile file with the key of objects encrypted with a customer-provided key (SSE-C): 32 bytes, or
///     these in Base64; null for none
public record S3Options(
        boolean dualStack, boolean fips, boolean requesterPays, @Nullable String customerKeyFile) {
    /// No options.
    public static final S3Options NONE = new S3Options(false, false, false, null);

    static S3Options read(@Nullable WireReader in) throws WireException {
        if (in == null) {
            return NONE;
        }
        in.onlyKnown("dualStack", "fips", "requesterPays", "customerKeyFile");
        return new S3Options(
                in.flag("dualStack", false),
                in.flag("fips", false),
                in.flag("requesterPays", false),
                in.optionalText("customerKeyFile"));
    }

    void write(JsonGenerator json) throws IOException {
        json.writeBooleanField("dualStack", dualStack);
        json.writeBooleanField("fips", fips);
        json.writeBooleanField("requesterPays", requesterPays);
        WireWriter.text(json, "customerKeyFile", customerKeyFile);
    }
}
