package dev.cistern.populate.source.gcs;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ObjectProtocol;
import dev.cistern.populate.source.rest.PercentEncoding;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.StoreRequest;
import dev.cistern.populate.wire.Reason;
import org.jspecify.annotations.Nullable;

/// The JSON API's requests: an object is requested by its name, its content by its generation.
final class GcsProtocol implements ObjectProtocol {
    static final int PAGE_SIZE = 1000;

    private static final String LIST_FIELDS =
            "items(name,generation,size,crc32c,timeCreated),nextPageToken";
    private static final String OBJECT_FIELDS = "generation,size,crc32c,md5Hash,timeCreated";

    private final GcsLocation location;
    private final @Nullable String ifAsked;
    private volatile @Nullable String userProject;

    /// @param userProject project that is billed for requests; null for the bucket's owner
    /// @param projectId project that is billed if the bucket is requester pays and `userProject` is null
    GcsProtocol(GcsLocation location, @Nullable String userProject, @Nullable String projectId) {
        this.location = location;
        this.userProject = userProject;
        this.ifAsked = userProject == null ? projectId : null;
    }

    /// Requests a page of a listing.
    ///
    /// @param pageToken empty for the first page
    StoreRequest list(String prefix, String pageToken) {
        StringBuilder query = query("fields", LIST_FIELDS);
        parameter(query, "maxResults", String.valueOf(PAGE_SIZE));
        if (!pageToken.isEmpty()) {
            parameter(query, "pageToken", pageToken);
        }
        if (!prefix.isEmpty()) {
            parameter(query, "prefix", prefix);
        }
        return StoreRequest.get(location.objects()).query(query.toString());
    }

    @Override
    public StoreRequest head(SourceObject object) {
        return StoreRequest.get(location.object(object.id()))
                .query(query("fields", OBJECT_FIELDS).toString())
                .about(object.id());
    }

    /// Objects stored with gzip encoding are decompressed in transit, ignoring ranges, unless the client accepts gzip.
    /// So gzip is accepted, and nothing is decompressed here; the other mode is for proxies that compress objects
    /// stored without encoding.
    @Override
    public StoreRequest get(SourceObject object, String range, ReadMode mode) {
        StringBuilder query = query("alt", "media");
        String version = object.version();
        if (mode.conditional() && version != null) {
            parameter(query, "generation", GcsVersion.parse(version).generation());
        }
        return StoreRequest.get(location.media(object.id()))
                .query(query.toString())
                .about(object.id())
                .range(range)
                .encoding(mode.otherwise().encoding());
    }

    private StringBuilder query(String name, String value) {
        StringBuilder query = new StringBuilder(192);
        parameter(query, name, value);
        String payer = userProject;
        if (payer != null) {
            parameter(query, "userProject", payer);
        }
        return query;
    }

    private static void parameter(StringBuilder query, String name, String value) {
        query.append(query.isEmpty() ? "" : "&").append(name).append('=');
        PercentEncoding.append(value, query, false);
    }

    @Override
    public boolean conditional(SourceObject object) {
        return object.version() != null;
    }

    @Override
    public @Nullable String version(ObjectHead head) {
        GcsVersion version = GcsVersion.of(head);
        return version == null ? null : version.toString();
    }

    @Override
    public boolean same(String version, String other) {
        return GcsVersion.parse(version).generation().equals(GcsVersion.parse(other).generation());
    }

    @Override
    public @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listedVersion) {
        return GcsVersion.digest(head, listedVersion);
    }

    @Override
    public @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return GcsVersion.digestOfNothing(version);
    }

    @Override
    public String where() {
        return location.toString();
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        String payer = ifAsked;
        if (payer != null && GcsErrors.asksWhoPays(answer)) {
            // Not earlier: billing a project requires a permission on it that reading does not.
            userProject = payer;
            return new SourceException.Retryable(
                    Reason.SOURCE_UNAVAILABLE,
                    where() + " is requester pays: gcs.projectId " + payer + " is billed from now",
                    0,
                    true,
                    null);
        }
        return GcsErrors.of(answer, where(), object);
    }
}
