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

/// What both ways of asking S3 make of an answer that is an error, so that they cannot differ in it.
public final class S3Answers {
    /// A page of 1000 keys of 1 KiB, percent-encoded threefold, with 1 KiB around each.
    public static final int MAX_PAGE_BYTES = 8 << 20;

    private S3Answers() {}

    /// What the answers of a bucket say about objects.
    public static ObjectAnswers of(S3Location where) {
        return new S3Protocol(() -> where);
    }

    /// A page of a listing.
    ///
    /// @throws SourceException when it is none
    public static S3Api.Page page(S3Location where, byte[] document) throws SourceException {
        try {
            return S3Xml.page(document);
        } catch (IllegalArgumentException e) {
            throw StatusErrors.garbled(where.toString(), null, String.valueOf(e.getMessage()));
        }
    }

    /// When an object was written, by the Unix clock in milliseconds, whatever form its date has; 0 where it makes no sense.
    public static long modifiedMillis(@Nullable String date) {
        return HttpDates.millis(date);
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
        S3Errors.Told told = S3Errors.Told.of(new ErrorAnswer(status, document, header));
        return S3Errors.of(
                told.code().isEmpty() && code != null ? told.withCode(code) : told,
                where.toString(),
                key);
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
        return StatusErrors.of(
                new TransportException(kind, String.valueOf(e), e), where.toString(), key);
    }
}
