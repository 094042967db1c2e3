package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.source.s3.S3Answers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/// Takes a listing's document as it came: what it means is decided in one place for both ways of asking, and the SDK's
/// own reader fails at what it does not expect and leaves out what it does not know.
final class RawListing {
    private static final ExecutionAttribute<RawListing> TAKER =
            new ExecutionAttribute<>("RawListing");

    /// What the SDK reads instead.
    private static final byte[] NOTHING = "<ListBucketResult/>".getBytes(StandardCharsets.UTF_8);

    private byte[] document = new byte[0];

    /// For the request whose answer is wanted.
    void taken(AwsRequestOverrideConfiguration.Builder request) {
        request.putExecutionAttribute(TAKER, this);
    }

    byte[] document() {
        return document;
    }

    /// For the client.
    static final class Interceptor implements ExecutionInterceptor {
        @Override
        public Optional<InputStream> modifyHttpResponseContent(
                Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
            RawListing taker = attributes.getAttribute(TAKER);
            InputStream body = context.responseBody().orElse(null);
            if (taker == null || body == null || !context.httpResponse().isSuccessful()) {
                return context.responseBody();
            }
            try (body) {
                taker.document = body.readNBytes(S3Answers.MAX_PAGE_BYTES);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Optional.of(new ByteArrayInputStream(NOTHING));
        }
    }
}
