package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.utils.IoUtils;

/// This module's own transport for the SDK, so that token services are reached with the same authorities, proxies and bounds as stores, and
/// failures are worded the same. For requests and answers that fit in memory.
final class SdkTransport implements SdkHttpClient {
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    /// What the connection is about, which is the transport's own.
    private static final Set<String> OF_CONNECTION =
            Set.of("host", "content-length", "connection", "expect", "transfer-encoding");

    /// What the SDK reads of an answer.
    private static final List<String> PASSED_ON =
            List.of("content-type", "date", "retry-after", "x-amzn-requestid", "x-amz-request-id");

    private final HttpClient http;

    /// @param http closed with this
    SdkTransport(HttpClient http) {
        this.http = http;
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                return exchange(request);
            }

            @Override
            public void abort() {
                // Every wait of the transport is bounded.
            }
        };
    }

    private HttpExecuteResponse exchange(HttpExecuteRequest execute) throws IOException {
        SdkHttpRequest request = execute.httpRequest();
        byte[] body = new byte[0];
        if (execute.contentStreamProvider().isPresent()) {
            try (InputStream in = execute.contentStreamProvider().get().newStream()) {
                body = IoUtils.toByteArray(in);
            }
        }
        Origin origin =
                Origin.of(request.protocol() + "://" + host(request) + ":" + request.port());
        return http.<HttpExecuteResponse, IOException>exchange(
                origin,
                bytes(request, origin, body),
                request.method() == SdkHttpMethod.HEAD,
                (head, answer) -> {
                    byte[] bytes = answer.bytes(MAX_ANSWER_BYTES);
                    SdkHttpResponse.Builder response =
                            SdkHttpResponse.builder().statusCode(head.status());
                    for (String name : PASSED_ON) {
                        String value = head.header(name);
                        if (value != null) {
                            response.putHeader(name, value);
                        }
                    }
                    return HttpExecuteResponse.builder()
                            .response(response.build())
                            .responseBody(
                                    AbortableInputStream.create(new ByteArrayInputStream(bytes)))
                            .build();
                });
    }

    private static String host(SdkHttpRequest request) {
        String host = request.host();
        return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    private static byte[] bytes(SdkHttpRequest request, Origin origin, byte[] body)
            throws IOException {
        StringBuilder head = new StringBuilder(512);
        String path = request.encodedPath().isEmpty() ? "/" : request.encodedPath();
        String query = request.encodedQueryParameters().map(text -> "?" + text).orElse("");
        head.append(request.method().name()).append(' ').append(path).append(query);
        head.append(" HTTP/1.1\r\nhost: ").append(origin.authority()).append("\r\n");
        for (Map.Entry<String, List<String>> header : request.headers().entrySet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            for (String value :
                    OF_CONNECTION.contains(name) ? List.<String>of() : header.getValue()) {
                if (value.chars().anyMatch(c -> c < ' ' && c != '\t')) {
                    throw new IOException("header " + name + " holds a control character");
                }
                head.append(name).append(": ").append(value).append("\r\n");
            }
        }
        head.append("content-length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream all = new ByteArrayOutputStream(head.length() + body.length);
        all.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        all.writeBytes(body);
        return all.toByteArray();
    }

    @Override
    public void close() {
        http.close();
    }

    @Override
    public String clientName() {
        return "cistern";
    }
}
