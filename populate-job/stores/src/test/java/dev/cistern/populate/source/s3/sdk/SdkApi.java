package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.http.MinimumRate;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ObjectAnswer;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.s3.AwsKeys;
import dev.cistern.populate.source.s3.ListPosition;
import dev.cistern.populate.source.s3.S3Answers;
import dev.cistern.populate.source.s3.S3Api;
import dev.cistern.populate.source.s3.S3Location;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/// S3 by the SDK's client over the JDK's HTTP client: the reference. It and `DirectApi` must give the same bytes and
/// the same errors.
public final class SdkApi implements S3Api {
    private static final int BUFFER_BYTES = 128 * 1024;

    /// A clock that differs in each response is not followed.
    private static final int MAX_CORRECTIONS = 3;

    private final S3Location location;
    private final AwsKeys.Provider keys;
    private final S3Client client;
    private final long readNanos;

    public SdkApi(
            S3Location location,
            AwsKeys.Provider keys,
            Tls tls,
            Proxies proxies,
            int connectMillis,
            int readMillis) {
        this.location = location;
        this.readNanos = readMillis * 1_000_000L;
        this.keys = keys;
        S3ClientBuilder builder =
                S3Client.builder()
                        .region(Region.of(location.region()))
                        .credentialsProvider(provider(keys))
                        .forcePathStyle(location.pathStyle())
                        // The engine checks checksums: it compares the data on disk.
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .overrideConfiguration(
                                o ->
                                        o.retryStrategy(DefaultRetryStrategy.doNotRetry())
                                                .addExecutionInterceptor(
                                                        new RawListing.Interceptor())
                                                .addExecutionInterceptor(new LenientDates()))
                        .httpClient(SdkHttp.client(tls, proxies, connectMillis, readMillis));
        if (location.provider() != null) {
            builder.crossRegionAccessEnabled(true);
        } else {
            builder.endpointOverride(URI.create(location.endpoint() + location.basePath()));
        }
        this.client = builder.build();
    }

    private static AwsCredentialsProvider provider(AwsKeys.Provider keys) {
        return () -> {
            AwsKeys now;
            try {
                now = keys.keys();
            } catch (SourceException e) {
                throw SdkClientException.create("no keys", e);
            }
            if (now == null) {
                return AnonymousCredentialsProvider.create().resolveCredentials();
            }
            String token = now.sessionToken();
            AwsCredentials credentials =
                    token == null
                            ? AwsBasicCredentials.create(now.id(), now.secret())
                            : AwsSessionCredentials.create(now.id(), now.secret(), token);
            return credentials;
        };
    }

    @Override
    public Page list(String prefix, ListPosition from) throws SourceException {
        return asked(null, () -> page(prefix, from));
    }

    private Page page(String prefix, ListPosition from) throws SourceException {
        RawListing raw = new RawListing();
        if (from instanceof ListPosition.Marker marker) {
            client.listObjects(
                    b ->
                            b.bucket(location.bucket())
                                    .prefix(prefix)
                                    .encodingType(EncodingType.URL)
                                    .maxKeys(PAGE_SIZE)
                                    .marker(marker.key())
                                    .overrideConfiguration(raw::taken));
        } else {
            client.listObjectsV2(
                    b -> {
                        b.bucket(location.bucket())
                                .prefix(prefix)
                                .encodingType(EncodingType.URL)
                                .maxKeys(PAGE_SIZE)
                                .overrideConfiguration(raw::taken);
                        if (from instanceof ListPosition.Token token) {
                            b.continuationToken(token.value());
                        } else if (from instanceof ListPosition.After after) {
                            b.startAfter(after.key());
                        }
                    });
        }
        return S3Answers.page(location, raw.document());
    }

    @Override
    public ObjectHead head(SourceObject object) throws SourceException {
        return head(object.id(), 0);
    }

    @Override
    public ObjectHead part(SourceObject object, int part) throws SourceException {
        return head(object.id(), part);
    }

    private ObjectHead head(String key, int part) throws SourceException {
        return asked(
                key,
                () -> {
                    HeadObjectResponse answer =
                            client.headObject(
                                    b -> {
                                        b.bucket(location.bucket()).key(key);
                                        if (part == 0) {
                                            b.checksumMode(ChecksumMode.ENABLED);
                                        } else {
                                            b.partNumber(part);
                                        }
                                    });
                    return said(answer.sdkHttpResponse());
                });
    }

    @Override
    public ObjectHead first(SourceObject object) throws SourceException {
        return asked(object.id(), () -> firstByte(object.id()));
    }

    private ObjectHead firstByte(String key) throws SourceException {
        try (ResponseInputStream<GetObjectResponse> answer =
                client.getObject(b -> b.bucket(location.bucket()).key(key).range("bytes=0-0"))) {
            ObjectHead said = said(answer.response().sdkHttpResponse());
            boolean empty =
                    said.status() == 200
                            && answer.response().contentLength() == null
                            && answer.read() < 0;
            // Closing alone would read the rest first.
            answer.abort();
            return empty ? said.ofNothing() : said;
        } catch (AwsServiceException e) {
            AwsErrorDetails details = e.awsErrorDetails();
            if (e.statusCode() == 416 && details != null && details.sdkHttpResponse() != null) {
                return said(details.sdkHttpResponse());
            }
            throw e;
        } catch (IOException e) {
            throw S3Answers.cut(location, key, e);
        }
    }

    private static ObjectHead said(SdkHttpResponse response) {
        return new ObjectHead(response.statusCode(), headers(response));
    }

    private static java.util.function.Function<String, @Nullable String> headers(
            SdkHttpResponse response) {
        return name -> response.firstMatchingHeader(name).orElse(null);
    }

    @Override
    public void get(SourceObject object, long from, long to, ReadMode how, ObjectSink sink)
            throws SourceException, IOException {
        asked(
                object.id(),
                () -> {
                    read(object, from, to, how, sink);
                    return to;
                });
    }

    private void read(SourceObject object, long from, long to, ReadMode how, ObjectSink sink)
            throws SourceException, IOException {
        try (ResponseInputStream<GetObjectResponse> answer =
                client.getObject(b -> ask(b, object, from, to, how))) {
            try {
                boolean all =
                        copy(
                                answer,
                                object,
                                new ObjectAnswer(
                                        S3Answers.of(location),
                                        object,
                                        from,
                                        to,
                                        said(answer.response().sdkHttpResponse()),
                                        sink));
                if (!all) {
                    answer.abort();
                }
            } catch (SourceException | IOException e) {
                // Closing alone would read the rest first.
                answer.abort();
                throw e;
            }
        }
    }

    /// A request to the store.
    private interface Question<T, E extends Exception> {
        T ask() throws SourceException, E;
    }

    /// Sends a request, and again when the store's clock differs: the SDK adopts the clock but leaves the retry to the
    /// caller.
    private <T, E extends Exception> T asked(@Nullable String key, Question<T, E> question)
            throws SourceException, E {
        for (int corrections = 0; ; corrections++) {
            try {
                return question.ask();
            } catch (SdkException e) {
                boolean clock = e instanceof AwsServiceException s && s.isClockSkewException();
                if (!clock || corrections == MAX_CORRECTIONS) {
                    throw failure(e, key);
                }
            }
        }
    }

    private void ask(
            GetObjectRequest.Builder request,
            SourceObject object,
            long from,
            long to,
            ReadMode how) {
        request.bucket(location.bucket()).key(object.id());
        if (how.conditional()) {
            request.ifMatch(S3Answers.ifMatch(object));
        }
        if (from == 0 && to == object.size()) {
            request.checksumMode(ChecksumMode.ENABLED);
        } else {
            request.range("bytes=" + from + "-" + (to - 1));
        }
        request.overrideConfiguration(o -> o.putHeader("Accept-Encoding", how.encoding()));
    }

    /// Adds a body to a response; returns whether it was read completely.
    private boolean copy(InputStream in, SourceObject object, ObjectAnswer answer)
            throws IOException, SourceException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long waited = 0;
        long came = 0;
        while (true) {
            int n;
            long since = System.nanoTime();
            try {
                n = in.read(buffer);
            } catch (IOException e) {
                throw S3Answers.cut(location, object.id(), e);
            }
            waited += System.nanoTime() - since;
            came += Math.max(0, n);
            if (waited > readNanos) {
                if (MinimumRate.below(came, waited)) {
                    throw S3Answers.cut(
                            location,
                            object.id(),
                            new SocketTimeoutException(
                                    "only " + came + " bytes came for too long"));
                }
                waited = 0;
                came = 0;
            }
            if (n < 0) {
                answer.end();
                return true;
            }
            if (!answer.accept(ByteBuffer.wrap(buffer, 0, n))) {
                return false;
            }
        }
    }

    private SourceException failure(SdkException e, @Nullable String key) {
        if (e instanceof AwsServiceException service) {
            AwsErrorDetails details = service.awsErrorDetails();
            SdkBytes document = details == null ? null : details.rawResponse();
            SdkHttpResponse http = details == null ? null : details.sdkHttpResponse();
            return S3Answers.failure(
                    location,
                    key,
                    service.statusCode(),
                    details == null ? null : details.errorCode(),
                    document == null ? "" : document.asUtf8String(),
                    http == null ? name -> null : headers(http));
        }
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SourceException source) {
                return source;
            }
            if (cause instanceof IOException io) {
                return S3Answers.cut(location, key, io);
            }
        }
        return S3Answers.cut(location, key, new IOException(e.getMessage(), e));
    }

    @Override
    public void close() {
        client.close();
        keys.close();
    }
}
