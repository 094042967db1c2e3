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

/// Keeps a listing's document unparsed: both S3 clients share one parser, and the SDK's fails on unexpected elements
/// and drops unknown ones.
final class RawListing {
    private static final ExecutionAttribute<RawListing> TAKER =
            new ExecutionAttribute<>("RawListing");

    /// The document that the SDK parses instead.
    private static final byte[] NOTHING = "<ListBucketResult/>".getBytes(StandardCharsets.UTF_8);

    private byte[] document = new byte[0];

    /// For the request.
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
