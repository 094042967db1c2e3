package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.function.Function;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/// What both ways of asking S3 do with an answer, so that they cannot differ in it.
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

    /// The digest in an answer's headers, asked for by lower-case name; null where there is none.
    public static @Nullable ObjectDigest digest(Function<String, @Nullable String> header) {
        return S3Digests.of(header);
    }

    /// Asks for the size of an object's first part.
    @FunctionalInterface
    public interface FirstPart {
        long size() throws SourceException;
    }

    /// What is known about an object, with the size of the parts that its digest is made of: only another request tells it.
    public static ObjectDetails details(
            SourceObject object, @Nullable ObjectDigest digest, FirstPart firstPart)
            throws SourceException {
        if (digest == null || digest.parts() == 0) {
            return new ObjectDetails(object, digest);
        }
        long partSize = digest.parts() == 1 ? object.size() : firstPart.size();
        return new ObjectDetails(
                object, new ObjectDigest(digest.kind(), digest.value(), digest.parts(), partSize));
    }

    /// Whether an answer is about exactly the bytes asked for.
    ///
    /// @param length of the body; -1 where unknown
    /// @throws SourceException when it is not
    public static void check(
            S3Location where,
            SourceObject object,
            long from,
            long to,
            int status,
            long length,
            Function<String, @Nullable String> header)
            throws SourceException {
        String etag = header.apply("etag");
        if (etag != null
                && !object.version().isEmpty()
                && !S3Digests.unquoted(etag).equals(S3Digests.unquoted(object.version()))) {
            throw new SourceException.Changed(
                    "object " + object.key() + " in " + where + " changed while it was copied",
                    false);
        }
        if (from == 0 && to == object.size()) {
            if (status != 200) {
                throw S3Errors.garbled(where, object.key(), "status " + status);
            }
            if (length >= 0 && length != object.size()) {
                throw new SourceException.Changed(
                        "object " + object.key() + " in " + where + " changed its size", false);
            }
            return;
        }
        String expected = "bytes " + from + "-" + (to - 1) + "/";
        String range = header.apply("content-range");
        if (status != 206 || range == null || !range.startsWith(expected)) {
            throw S3Errors.garbled(
                    where,
                    object.key(),
                    "asked for "
                            + expected
                            + object.size()
                            + ", got status "
                            + status
                            + " and "
                            + range);
        }
        if (!range.equals(expected + object.size()) && !range.equals(expected + "*")) {
            throw new SourceException.Changed(
                    "object " + object.key() + " in " + where + " changed its size", false);
        }
        if (length >= 0 && length != to - from) {
            throw S3Errors.garbled(
                    where, object.key(), "Content-Length " + length + " for " + range);
        }
    }

    /// An answer that is an error.
    public static SourceException failure(
            S3Location where,
            @Nullable String key,
            int status,
            String code,
            String message,
            Function<String, @Nullable String> header) {
        S3Errors.Answer answer =
                new S3Errors.Answer(
                        status,
                        code,
                        message,
                        retryAfterMillis(header.apply("retry-after")),
                        header.apply("x-amz-bucket-region"));
        return S3Errors.of(answer, where, key);
    }

    static long retryAfterMillis(@Nullable String value) {
        if (value == null
                || value.isEmpty()
                || value.length() > 4
                || !value.chars().allMatch(Character::isDigit)) {
            return 0;
        }
        return Integer.parseInt(value) * 1000L;
    }

    /// An answer that makes no sense.
    public static SourceException wrong(S3Location where, String key, String problem) {
        return S3Errors.garbled(where, key, problem);
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
