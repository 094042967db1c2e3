package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ETag;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.ObjectAnswers;
import dev.cistern.populate.source.rest.StatusErrors;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.function.Function;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// Interpretation of error responses shared by both S3 clients.
public final class S3Answers {
    /// A page of 1000 keys of 1 KiB, percent-encoded threefold, with 1 KiB around each.
    public static final int MAX_PAGE_BYTES = 8 << 20;

    private S3Answers() {}

    /// Interprets the responses of a bucket.
    public static ObjectAnswers of(S3Location where) {
        return new S3Protocol(() -> where);
    }

    /// A page of a listing.
    ///
    /// @throws SourceException when it is not one
    public static S3Api.Page page(S3Location where, byte[] document) throws SourceException {
        try {
            return S3Xml.page(document);
        } catch (IllegalArgumentException e) {
            throw StatusErrors.garbled(where.toString(), null, String.valueOf(e.getMessage()));
        }
    }

    /// Modification time of an object in Unix milliseconds, in any form of date; 0 where it is invalid.
    public static long modifiedMillis(@Nullable String date) {
        return HttpDates.millis(date);
    }

    /// The value of `If-Match` for an object; null where there is none.
    public static @Nullable String ifMatch(SourceObject object) {
        return ETag.ifMatch(object.version());
    }

    /// The failure for an error response.
    ///
    /// @param key of the requested object; null for a listing
    /// @param code from another transport, where the document has none
    /// @param document the response's body; empty where there is none
    public static SourceException failure(
            S3Location where,
            @Nullable String key,
            int status,
            @Nullable String code,
            String document,
            Function<String, @Nullable String> header) {
        S3Errors.ErrorDetails details =
                S3Errors.ErrorDetails.of(new ErrorAnswer(status, document, header));
        return S3Errors.of(
                details.code().isEmpty() && code != null ? details.withCode(code) : details,
                where.toString(),
                key);
    }

    /// The failure for a failed exchange of another transport.
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
        return StatusErrors.of(
                new TransportException(kind, String.valueOf(e), e), where.toString(), key);
    }
}
