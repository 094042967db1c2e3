package dev.cistern.doubles.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Sends the requests of Azure's clients to a server of ours, whatever host they are for: the clients insist on TLS and
/// on Microsoft's own hosts when they ask for tokens.
public final class RedirectingClient implements HttpClient {
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("host", "content-length", "connection", "expect", "upgrade");

    private final java.net.http.HttpClient http = java.net.http.HttpClient.newHttpClient();
    private final @Nullable String to;

    /// @param to origin that all requests go to; null leaves them as they are
    public RedirectingClient(@Nullable String to) {
        this.to = to;
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return Mono.fromSupplier(() -> sendSync(request, Context.NONE));
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        String file = request.getUrl().getFile();
        byte[] body =
                request.getBodyAsBinaryData() == null
                        ? new byte[0]
                        : request.getBodyAsBinaryData().toBytes();
        java.net.http.HttpRequest.Builder builder =
                java.net.http.HttpRequest.newBuilder(
                                URI.create(to == null ? request.getUrl().toString() : to + file))
                        .method(
                                request.getHttpMethod().name(),
                                body.length == 0
                                        ? java.net.http.HttpRequest.BodyPublishers.noBody()
                                        : java.net.http.HttpRequest.BodyPublishers.ofByteArray(
                                                body));
        request.getHeaders()
                .forEach(
                        header -> {
                            if (!OF_THE_CONNECTION.contains(
                                    header.getName().toLowerCase(Locale.ROOT))) {
                                builder.header(header.getName(), header.getValue());
                            }
                        });
        try {
            return new Answered(request, http.send(builder.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static final class Answered extends HttpResponse {
        private final java.net.http.HttpResponse<byte[]> answer;
        private final HttpHeaders headers = new HttpHeaders();

        Answered(HttpRequest request, java.net.http.HttpResponse<byte[]> answer) {
            super(request);
            this.answer = answer;
            answer.headers()
                    .map()
                    .forEach(
                            (name, values) -> headers.set(HttpHeaderName.fromString(name), values));
        }

        @Override
        public int getStatusCode() {
            return answer.statusCode();
        }

        @Override
        @Deprecated
        public String getHeaderValue(String name) {
            return headers.getValue(HttpHeaderName.fromString(name));
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public Flux<ByteBuffer> getBody() {
            return Flux.defer(() -> Flux.just(ByteBuffer.wrap(answer.body())));
        }

        @Override
        public Mono<byte[]> getBodyAsByteArray() {
            return Mono.just(answer.body());
        }

        @Override
        public Mono<String> getBodyAsString() {
            return getBodyAsString(StandardCharsets.UTF_8);
        }

        @Override
        public Mono<String> getBodyAsString(Charset charset) {
            return Mono.just(new String(answer.body(), charset));
        }
    }
}
