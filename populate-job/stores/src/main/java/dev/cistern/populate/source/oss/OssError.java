package dev.cistern.populate.source.oss;

import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.XmlReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An error response of OSS.
///
/// @param code such as `AccessDenied`; empty where there is none
/// @param message for people; empty where there is none
/// @param cause the code of the case (`EC`), which OSS documents one by one; empty where there is none
/// @param requestId for the store's support; empty where there is none
/// @param endpoint of the bucket, where it is stated; null otherwise
record OssError(
        ErrorAnswer answer,
        String code,
        String message,
        String cause,
        String requestId,
        @Nullable String endpoint) {
    private static final int MAX_SHOWN = 400;

    /// Codes for keys that are invalid or no longer valid.
    private static final Set<String> KEYS =
            Set.of(
                    "InvalidAccessKeyId",
                    "SignatureDoesNotMatch",
                    "InvalidSecurityToken",
                    "AccessKeyIdAndSecurityTokenNotMatch",
                    "SecurityTokenNotSupported",
                    "MissingSecurityToken");

    private static final String EXPIRED = "SecurityTokenExpired";

    static OssError of(ErrorAnswer answer) {
        String document = document(answer);
        return new OssError(
                answer,
                element(document, "Code", ""),
                cut(element(document, "Message", "")),
                element(document, "EC", header(answer, "x-oss-ec")),
                element(document, "RequestId", header(answer, "x-oss-request-id")),
                XmlReader.element(document, "Endpoint"));
    }

    /// A `HEAD` response has the document in a header.
    private static String document(ErrorAnswer answer) {
        String packed = header(answer, "x-oss-err");
        if (!answer.document().isEmpty() || packed.isEmpty()) {
            return answer.document();
        }
        try {
            return new String(Base64.getDecoder().decode(packed), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String header(ErrorAnswer answer, String name) {
        String value = answer.header().apply(name);
        return value == null ? "" : value.strip();
    }

    private static String element(String document, String name, String otherwise) {
        String value = XmlReader.element(document, name);
        return value == null ? otherwise : value.strip();
    }

    private static String cut(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
    }

    int status() {
        return answer.status();
    }

    /// Whether the store refuses the keys.
    boolean refusesKeys() {
        return KEYS.contains(code) || expired();
    }

    /// Whether the keys were valid and have expired.
    boolean expired() {
        return code.equals(EXPIRED);
    }

    /// Whether the time that a request was signed for may be why it was refused. A proxy may have dropped the
    /// header with the code of a `HEAD` response.
    boolean aboutTime() {
        return code.equals("RequestTimeTooSkewed") || (status() == 403 && code.isEmpty());
    }

    boolean says(String word) {
        return message.toLowerCase(Locale.ROOT).contains(word);
    }

    String shown() {
        return "HTTP "
                + status()
                + (code.isEmpty() ? "" : " " + code)
                + (message.isEmpty() ? "" : ": " + message)
                + (cause.isEmpty() ? "" : "; EC " + cause)
                + (requestId.isEmpty() ? "" : "; RequestId " + requestId);
    }

    /// An error document that came with a success status, with the status that its code usually has; unknown codes
    /// count as transient.
    OssError withStatusOfCode() {
        int own =
                switch (code) {
                    case "AccessDenied", "InvalidObjectState", "RequestTimeTooSkewed" -> 403;
                    case "NoSuchKey", "NoSuchBucket", "SymlinkTargetNotExist" -> 404;
                    case "PreconditionFailed" -> 412;
                    case "InvalidRange" -> 416;
                    case "InvalidArgument" -> 400;
                    default -> refusesKeys() ? 403 : 500;
                };
        return new OssError(
                new ErrorAnswer(own, answer.document(), answer.header()),
                code,
                message + " (with status " + status() + ")",
                cause,
                requestId,
                endpoint);
    }
}
