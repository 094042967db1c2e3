package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceObject;
import org.jspecify.annotations.Nullable;

/// A request's own part, apart from where it is sent and what signs it.
///
/// @param method `GET` or `HEAD`
/// @param key of the object; null for the bucket itself
/// @param query percent-encoded, its parameters sorted; empty where there are none
/// @param ifMatch the version asked for, quoted; empty means any
/// @param range of bytes; empty means the whole object
record S3Request(String method, @Nullable String key, String query, String ifMatch, String range) {

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
        return new S3Request("GET", null, query.toString(), "", "");
    }

    private static void parameter(StringBuilder query, String name, String value) {
        query.append(query.isEmpty() ? "" : "&").append(name).append('=');
        S3Location.encode(value, query, false);
    }

    /// Asks what the store knows about an object.
    static S3Request head(String key) {
        return new S3Request("HEAD", key, "", "", "");
    }

    /// Asks for the size of an object's first part.
    static S3Request headOfFirstPart(String key) {
        return new S3Request("HEAD", key, "partNumber=1", "", "");
    }

    /// Asks for bytes of exactly this version of an object.
    static S3Request get(SourceObject object, long from, long to) {
        boolean whole = from == 0 && to == object.size();
        return new S3Request(
                "GET",
                object.key(),
                "",
                quoted(object.version()),
                whole ? "" : "bytes=" + from + "-" + (to - 1));
    }

    private static String quoted(String version) {
        return version.isEmpty() || version.startsWith("\"") ? version : "\"" + version + "\"";
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
