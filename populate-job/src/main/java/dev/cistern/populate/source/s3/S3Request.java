package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceObject;
import org.jspecify.annotations.Nullable;

/// A request's own part, apart from where it is sent and what signs it.
///
/// @param method `GET` or `HEAD`
/// @param key of the object; null for the bucket itself
/// @param query percent-encoded, its parameters sorted; empty where there are none
/// @param ifMatch the version asked for, quoted; null means any
/// @param range of bytes; empty means the whole object
/// @param encoding `Accept-Encoding`; null for a listing
/// @param probe whether the answer that there is no such byte is a good one
record S3Request(
        String method,
        @Nullable String key,
        String query,
        @Nullable String ifMatch,
        String range,
        @Nullable String encoding,
        boolean probe) {

    /// Asks for a page of a listing.
    static S3Request list(String prefix, ListPosition from) {
        boolean older = from instanceof ListPosition.Marker;
        StringBuilder query = new StringBuilder(128);
        if (from instanceof ListPosition.Token token) {
            parameter(query, "continuation-token", token.value());
        }
        parameter(query, "encoding-type", "url");
        if (!older) {
            parameter(query, "list-type", "2");
        }
        if (from instanceof ListPosition.Marker marker) {
            parameter(query, "marker", marker.key());
        }
        parameter(query, "max-keys", String.valueOf(S3Api.PAGE_SIZE));
        parameter(query, "prefix", prefix);
        if (from instanceof ListPosition.After after) {
            parameter(query, "start-after", after.key());
        }
        return new S3Request("GET", null, query.toString(), null, "", null, false);
    }

    private static void parameter(StringBuilder query, String name, String value) {
        query.append(query.isEmpty() ? "" : "&").append(name).append('=');
        S3Location.encode(value, query, false);
    }

    /// Asks what the store knows about an object.
    ///
    /// @param part asks for a part's size instead; 0 for the whole object
    static S3Request head(String key, int part) {
        String query = part == 0 ? "" : "partNumber=" + part;
        return new S3Request("HEAD", key, query, null, "", S3Api.How.IDENTITY, false);
    }

    /// Asks for an object's first byte, whatever version there is.
    static S3Request first(String key) {
        return new S3Request("GET", key, "", null, "bytes=0-0", S3Api.How.IDENTITY, true);
    }

    /// Asks for bytes of exactly this version of an object.
    static S3Request get(SourceObject object, long from, long to, S3Api.How how) {
        boolean whole = from == 0 && to == object.size();
        return new S3Request(
                "GET",
                object.key(),
                "",
                how.conditional() ? ETag.ifMatch(object.version()) : null,
                whole ? "" : "bytes=" + from + "-" + (to - 1),
                how.encoding(),
                false);
    }

    /// Whether the answer has a head alone.
    boolean headOnly() {
        return method.equals("HEAD");
    }

    /// Where this leads in a bucket, percent-encoded.
    String path(S3Location location) {
        return key == null ? location.bucketPath() : location.objectPath(key);
    }
}
