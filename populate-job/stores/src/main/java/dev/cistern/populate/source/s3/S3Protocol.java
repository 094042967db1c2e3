package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ETag;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ObjectProtocol;
import dev.cistern.populate.source.rest.PercentEncoding;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.StoreRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// S3's requests: an object is requested by its key, a version by its ETag.
final class S3Protocol implements ObjectProtocol {
    private final Supplier<S3Location> location;
    private final Supplier<RequestTraits> asked;

    /// @param location the bucket's location, as far as known
    S3Protocol(Supplier<S3Location> location) {
        this(location, () -> RequestTraits.PLAIN);
    }

    /// @param location where the bucket is, as far as is known now
    /// @param asked how requests are made now
    S3Protocol(Supplier<S3Location> location, Supplier<RequestTraits> asked) {
        this.location = location;
        this.asked = asked;
    }

    /// A request for a page of a listing.
    StoreRequest list(String prefix, ListPosition from) {
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
        return payer(StoreRequest.get(location.get().bucketPath()).query(query.toString()));
    }

    private static void parameter(StringBuilder query, String name, String value) {
        query.append(query.isEmpty() ? "" : "&").append(name).append('=');
        PercentEncoding.append(value, query, false);
    }

    @Override
    public StoreRequest head(SourceObject object) {
        return about(StoreRequest.head(path(object)), object)
                .header("x-amz-checksum-mode", "ENABLED");
    }

    /// A request for the size of a part.
    StoreRequest part(SourceObject object, int part) {
        return head(object).query("partNumber=" + part);
    }

    @Override
    public StoreRequest get(SourceObject object, String range, ReadMode mode) {
        StoreRequest request =
                about(StoreRequest.get(path(object)), object)
                        .encoding(mode.encoding())
                        .header(
                                "if-match",
                                mode.conditional() ? ETag.ifMatch(object.version()) : null);
        // A checksum is of the whole object.
        return range.isEmpty()
                ? request.header("x-amz-checksum-mode", "ENABLED")
                : request.range(range);
    }

    private StoreRequest about(StoreRequest request, SourceObject object) {
        return payer(request.about(object.id()).encoding(ReadMode.IDENTITY));
    }

    private StoreRequest payer(StoreRequest request) {
        return asked.get().requesterPays()
                ? request.header("x-amz-request-payer", "requester")
                : request;
    }

    private String path(SourceObject object) {
        return location.get().objectPath(object.id());
    }

    @Override
    public boolean conditional(SourceObject object) {
        return ETag.ifMatch(object.version()) != null;
    }

    @Override
    public @Nullable String version(ObjectHead head) {
        return head.tag() == null ? null : head.header("etag");
    }

    @Override
    public boolean same(String version, String other) {
        return !ETag.differ(ETag.of(version), ETag.of(other));
    }

    @Override
    public @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listedVersion) {
        return S3Digests.of(head.header(), listedVersion);
    }

    @Override
    public @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return S3Digests.isOfNothing(version) ? S3Digests.ofNothing() : null;
    }

    @Override
    public @Nullable ErrorAnswer errorIn(ObjectHead head, String document) {
        ErrorAnswer answer = new ErrorAnswer(head.status(), document, head.header());
        boolean error = document.contains("<Error>") || document.contains("<Error ");
        return error && !S3Errors.ErrorDetails.of(answer).code().isEmpty() ? answer : null;
    }

    @Override
    public boolean isObject(SourceObject object, byte[] body) {
        return S3Digests.isOf(object.version(), body);
    }

    @Override
    public String where() {
        return location.get().toString();
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        return S3Errors.of(S3Errors.ErrorDetails.of(answer), where(), object, asked.get());
    }
}
