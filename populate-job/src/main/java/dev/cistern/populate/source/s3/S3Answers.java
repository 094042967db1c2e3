package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.function.Function;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// What both ways of asking S3 make of an answer that is an error, so that they cannot differ in it.
public final class S3Answers {
    /// A page of 1000 keys of 1 KiB, percent-encoded threefold, with 1 KiB around each.
    public static final int MAX_PAGE_BYTES = 8 << 20;

    private S3Answers() {}

    /// A page of a listing.
    ///
    /// @throws SourceException when it is none
    public static S3Api.Page page(S3Location where, byte[] document) throws SourceException {
        try {
            return S3Xml.page(document);
        } catch (IllegalArgumentException e) {
            throw S3Errors.garbled(where, null, String.valueOf(e.getMessage()));
        }
    }

    /// When an object was written, by the Unix clock in milliseconds, whatever form its date has; 0 where it makes no sense.
    public static long modifiedMillis(@Nullable String date) {
        return S3Times.millis(date);
    }

    /// What an answer that is an error says.
    ///
    /// @param document its body; empty where there is none
    /// @param header value of a header by its lower-case name
    static S3Errors.Answer answer(
            int status, String document, Function<String, @Nullable String> header) {
        String region = header.apply("x-amz-bucket-region");
        String code = S3Xml.element(document, "Code");
        String message = S3Xml.element(document, "Message");
        return new S3Errors.Answer(
                status,
                code == null ? "" : code,
                message == null ? "" : message,
                retryAfterMillis(header.apply("retry-after")),
                region == null ? S3Xml.element(document, "Region") : region,
                S3Xml.element(document, "Endpoint"));
    }

    /// The value of `If-Match` for an object; null where it cannot be asked for.
    public static @Nullable String ifMatch(SourceObject object) {
        return ETag.ifMatch(object.version());
    }

    /// An answer that is an error.
    ///
    /// @param key of the object asked for; null for a listing
    /// @param code as somebody else's transport knows it, where the document has none
    /// @param document the answer's body; empty where there is none
    public static SourceException failure(
            S3Location where,
            @Nullable String key,
            int status,
            @Nullable String code,
            String document,
            Function<String, @Nullable String> header) {
        S3Errors.Answer answer = answer(status, document, header);
        return S3Errors.of(
                answer.code().isEmpty() && code != null ? answer.withCode(code) : answer,
                where,
                key);
    }

    private static long retryAfterMillis(@Nullable String value) {
        if (value == null
                || value.isEmpty()
                || value.length() > 4
                || !value.chars().allMatch(Character::isDigit)) {
            return 0;
        }
        return Integer.parseInt(value) * 1000L;
    }

    /// An exchange of somebody else's transport that did not come to its end.
    public static SourceException cut(S3Location where, @Nullable String key, IOException e) {
        TransportException.Kind kind;
        if (e instanceof SocketTimeoutException) {
            kind = TransportException.Kind.STALLED;
        } else if (e instanceof ConnectException || e instanceof UnknownHostException) {
            kind = TransportException.Kind.CONNECT;
        } else if (e instanceof SSLHandshakeException) {
            kind = TransportException.Kind.TLS;
        } else {
            kind = TransportException.Kind.CUT;
        }
        return S3Errors.of(new TransportException(kind, String.valueOf(e), e), where, key);
    }
}
