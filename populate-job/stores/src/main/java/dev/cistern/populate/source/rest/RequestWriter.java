package dev.cistern.populate.source.rest;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Serializes requests.
final class RequestWriter {
    private final String userAgent;

    RequestWriter(String userAgent) {
        this.userAgent = userAgent;
    }

    /// @param signed request after signing
    /// @param encoding `Accept-Encoding`, added after signing, because proxies change it, as Google's front ends do;
    ///     empty for none
    byte[] bytes(OutgoingRequest signed, String encoding) {
        StringBuilder text = new StringBuilder(768);
        text.append(signed.method()).append(' ').append(signed.path());
        if (!signed.query().isEmpty()) {
            text.append('?').append(signed.query());
        }
        text.append(" HTTP/1.1\r\n");
        List<String> headers = signed.headers();
        for (int i = 0; i < headers.size(); i += 2) {
            text.append(headers.get(i)).append(": ").append(headers.get(i + 1)).append("\r\n");
        }
        if (!encoding.isEmpty()) {
            text.append("accept-encoding: ").append(encoding).append("\r\n");
        }
        byte[] body = signed.body();
        if (body.length > 0 || signed.method().equals("POST")) {
            text.append("content-length: ").append(body.length).append("\r\n");
        }
        text.append("user-agent: ").append(userAgent).append("\r\n\r\n");
        byte[] head = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        if (body.length == 0) {
            return head;
        }
        byte[] all = new byte[head.length + body.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }
}
