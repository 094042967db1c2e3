package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.SigningTimestamp;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Signs requests without a body with AWS's signature version 4.
final class AwsSigner implements RequestSigner {
    private final SigV4 signature;
    private final AwsKeys keys;
    private final @Nullable CustomerKey customerKey;
    private volatile SigningTimestamp timestamp = new SigningTimestamp(0, "");

    /// @param customerKey that requests for objects carry; null for none
    AwsSigner(SigV4 signature, AwsKeys keys, @Nullable CustomerKey customerKey) {
        this.signature = signature;
        this.keys = keys;
        this.customerKey = customerKey;
    }

    AwsKeys keys() {
        return keys;
    }

    boolean signsWith(SigV4 other, AwsKeys others) {
        return signature == other && keys.equals(others);
    }

    @Override
    public void sign(OutgoingRequest request, long epochSecond) {
        String now = timestamp(epochSecond);
        request.header("x-amz-content-sha256", SigV4.EMPTY_HASH);
        request.header("x-amz-date", now);
        String token = keys.sessionToken();
        if (token != null) {
            request.header("x-amz-security-token", token);
        }
        if (customerKey != null && request.object() != null) {
            customerKey.addTo(request);
        }
        request.header(
                "authorization",
                signature.authorization(
                        keys,
                        request.method(),
                        request.path(),
                        sorted(request.query()),
                        request.headers(),
                        now));
    }

    /// A query's parameters in signing order; those of our own requests are sorted already, those of a redirect may not
    /// be.
    private static String sorted(String query) {
        if (query.indexOf('&') < 0) {
            return query;
        }
        String[] parameters = query.split("&", -1);
        Arrays.sort(parameters);
        return String.join("&", parameters);
    }

    private String timestamp(long second) {
        SigningTimestamp now = timestamp.at(second);
        timestamp = now;
        return now.text();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AwsSigner that && keys.equals(that.keys);
    }

    @Override
    public int hashCode() {
        return keys.hashCode();
    }
}
