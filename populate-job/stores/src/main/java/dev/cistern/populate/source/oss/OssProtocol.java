package dev.cistern.populate.source.oss;

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
import org.jspecify.annotations.Nullable;

/// OSS's requests: an object is identified by its name, a version by its ETag.
final class OssProtocol implements ObjectProtocol {
    static final int PAGE_SIZE = 1000;

    private final OssLocation location;
    private final boolean requesterPays;

    /// Whether the store has accepted the keys in this attempt.
    private volatile boolean admitted;

    OssProtocol(OssLocation location, boolean requesterPays) {
        this.location = location;
        this.requesterPays = requesterPays;
    }

    /// The store has accepted the keys: if it rejects them later, they were revoked or rotated.
    void admitted() {
        admitted = true;
    }

    /// Asks for a page of a listing.
    ///
    /// @param token empty for the first page
    StoreRequest list(String prefix, String token) {
        StringBuilder query = new StringBuilder(128);
        if (!token.isEmpty()) {
            parameter(query, "continuation-token", token);
        }
        parameter(query, "encoding-type", "url");
        parameter(query, "list-type", "2");
        parameter(query, "max-keys", String.valueOf(PAGE_SIZE));
        if (!prefix.isEmpty()) {
            parameter(query, "prefix", prefix);
        }
        return paid(StoreRequest.get(location.bucketPath()).query(query.toString()));
    }

    private static void parameter(StringBuilder query, String name, String value) {
        query.append(query.isEmpty() ? "" : "&").append(name).append('=');
        PercentEncoding.append(value, query, false);
    }

    @Override
    public StoreRequest head(SourceObject object) {
        return about(StoreRequest.head(location.objectPath(object.id())), object);
    }

    /// `gzip` is never accepted: OSS would compress some content types on the fly, without length and ETag. Without
    /// `x-oss-range-behavior: standard`, a range beyond the end would return the whole object.
    @Override
    public StoreRequest get(SourceObject object, String range, ReadMode mode) {
        return about(StoreRequest.get(location.objectPath(object.id())), object)
                .header("if-match", mode.conditional() ? ETag.ifMatch(object.version()) : null)
                .header("x-oss-range-behavior", range.isEmpty() ? null : "standard")
                .range(range);
    }

    private StoreRequest about(StoreRequest request, SourceObject object) {
        return paid(request.about(object.id()).encoding(ReadMode.IDENTITY));
    }

    private StoreRequest paid(StoreRequest request) {
        return request.header("x-oss-request-payer", requesterPays ? "requester" : null);
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
        return OssDigests.of(head, listedVersion);
    }

    @Override
    public @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return OssDigests.ofNothing(version);
    }

    @Override
    public @Nullable ErrorAnswer errorIn(ObjectHead head, String document) {
        ErrorAnswer answer = new ErrorAnswer(head.status(), document, head.header());
        boolean error = document.contains("<Error>") || document.contains("<Error ");
        return error && !OssError.of(answer).code().isEmpty() ? answer : null;
    }

    @Override
    public String where() {
        return location.toString();
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        return OssErrors.of(OssError.of(answer), where(), object, admitted);
    }
}
