package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Origin;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts requests into the bytes that are sent, and signs them.
final class RequestWriter {
    private final String userAgent;
    private volatile Timestamp timestamp = new Timestamp(0, "");

    /// Text of the second that the last request was signed in: it takes longer to make than to look up.
    private record Timestamp(long second, String text) {}

    RequestWriter(String userAgent) {
        this.userAgent = userAgent;
    }

    /// @param path percent-encoded
    /// @param query percent-encoded, sorted
    /// @param keys to sign with; null for an unsigned request
    /// @param second to sign for, Unix time by the store's clock
    byte[] bytes(
            S3Request request,
            Origin origin,
            String path,
            String query,
            SigV4 signer,
            @Nullable AwsKeys keys,
            long second) {
        List<String> headers = headers(request, origin);
        String authorization = "";
        if (keys != null) {
            String now = timestamp(second);
            headers.add("x-amz-content-sha256");
            headers.add(SigV4.EMPTY_HASH);
            headers.add("x-amz-date");
            headers.add(now);
            String token = keys.sessionToken();
            if (token != null) {
                headers.add("x-amz-security-token");
                headers.add(token);
            }
            authorization = signer.authorization(keys, request.method(), path, query, headers, now);
        }
        StringBuilder text = new StringBuilder(768);
        text.append(request.method()).append(' ').append(path);
        if (!query.isEmpty()) {
            text.append('?').append(query);
        }
        text.append(" HTTP/1.1\r\n");
        for (int i = 0; i < headers.size(); i += 2) {
            text.append(headers.get(i)).append(": ").append(headers.get(i + 1)).append("\r\n");
        }
        if (!authorization.isEmpty()) {
            text.append("authorization: ").append(authorization).append("\r\n");
        }
        String encoding = request.encoding();
        if (encoding != null) {
            // Not signed: those between may change it, as Google's front ends do.
            text.append("accept-encoding: ").append(encoding).append("\r\n");
        }
        text.append("user-agent: ").append(userAgent).append("\r\n\r\n");
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /// Names and values in turn, in the names' order, as they are signed.
    private static List<String> headers(S3Request request, Origin origin) {
        List<String> headers = new ArrayList<>(14);
        headers.add("host");
        headers.add(origin.authority());
        String ifMatch = request.ifMatch();
        if (ifMatch != null) {
            headers.add("if-match");
            headers.add(ifMatch);
        }
        if (!request.range().isEmpty()) {
            headers.add("range");
            headers.add(request.range());
        }
        if (request.key() != null && request.range().isEmpty()) {
            headers.add("x-amz-checksum-mode");
            headers.add("ENABLED");
        }
        return headers;
    }

    private String timestamp(long second) {
        Timestamp known = timestamp;
        if (known.second != second) {
            known = new Timestamp(second, S3Times.signed(second));
            timestamp = known;
        }
        return known.text;
    }
}
