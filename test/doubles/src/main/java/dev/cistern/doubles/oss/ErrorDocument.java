package dev.cistern.doubles.oss;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Errors in the form of OSS.
final class ErrorDocument {
    private ErrorDocument() {}

    static Answer answer(SignatureCheck.Refusal refusal, String host, String requestId) {
        return answer(
                refusal.status(),
                refusal.code(),
                refusal.message(),
                refusal.cause(),
                refusal.more(),
                host,
                requestId);
    }

    static Answer answer(
            int status,
            String code,
            String message,
            String cause,
            Map<String, String> more,
            String host,
            String requestId) {
        StringBuilder text =
                new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n");
        element(text, "Code", code);
        element(text, "Message", message);
        element(text, "RequestId", requestId);
        element(text, "HostId", host);
        more.forEach((name, value) -> element(text, name, value));
        element(text, "EC", cause);
        element(text, "RecommendDoc", "https://api.aliyun.com/troubleshoot?q=" + cause);
        return Answer.of(
                        status,
                        "application/xml",
                        text.append("</Error>\n").toString().getBytes(StandardCharsets.UTF_8))
                .with(Map.of("x-oss-ec", cause, "x-oss-request-id", requestId));
    }

    private static void element(StringBuilder text, String name, String value) {
        text.append("  <").append(name).append('>').append(escaped(value));
        text.append("</").append(name).append(">\n");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
