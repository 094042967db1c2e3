package dev.cistern.populate.source.azureblob;

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
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Requests of the Blob service's REST API: a blob is identified by its name, its content by its entity tag. Blobs are
/// returned as stored, whatever their `Content-Encoding`.
final class BlobProtocol implements ObjectProtocol {
    /// Listings escape characters that XML does not allow since 2021-02-12; emulators support this version.
    static final String VERSION = "2021-12-02";

    private final BlobLocation location;
    private final BooleanSupplier acceptedBefore;

    /// @param acceptedBefore whether the store has accepted the credentials that requests carry now
    BlobProtocol(BlobLocation location, BooleanSupplier acceptedBefore) {
        this.location = location;
        this.acceptedBefore = acceptedBefore;
    }

    /// Requests a page of a listing without a delimiter, with metadata, because that marks directories of flat
    /// namespaces, and without snapshots, versions and deleted blobs.
    ///
    /// @param marker empty for the first page
    StoreRequest list(String prefix, String marker, int pageSize) {
        // Sorted by name, as required for signatures.
        StringBuilder query = new StringBuilder(128).append("comp=list&include=metadata");
        if (!marker.isEmpty()) {
            query.append("&marker=");
            PercentEncoding.append(marker, query, false);
        }
        query.append("&maxresults=").append(pageSize);
        if (!prefix.isEmpty()) {
            query.append("&prefix=");
            PercentEncoding.append(prefix, query, false);
        }
        query.append("&restype=container");
        return versioned(StoreRequest.get(location.path())).query(query.toString());
    }

    @Override
    public StoreRequest head(SourceObject object) {
        return versioned(StoreRequest.head(location.path(object.id()))).about(object.id());
    }

    /// The range is in the service's own header, which caches in between do not act on.
    @Override
    public StoreRequest get(SourceObject object, String range, ReadMode mode) {
        String version = object.version();
        String match =
                mode.conditional() && version != null
                        ? ETag.ifMatch(BlobVersion.parse(version).tag())
                        : null;
        return versioned(StoreRequest.get(location.path(object.id())))
                .about(object.id())
                .header("x-ms-range", range.isEmpty() ? null : range)
                .header("if-match", match)
                .encoding(mode.encoding());
    }

    private static StoreRequest versioned(StoreRequest request) {
        return request.header("x-ms-version", VERSION);
    }

    @Override
    public boolean conditional(SourceObject object) {
        String version = object.version();
        return version != null && ETag.ifMatch(BlobVersion.parse(version).tag()) != null;
    }

    @Override
    public @Nullable String version(ObjectHead head) {
        BlobVersion version = BlobVersion.of(head);
        return version == null ? null : version.toString();
    }

    @Override
    public boolean same(String version, String other) {
        return BlobVersion.parse(version).same(BlobVersion.parse(other));
    }

    @Override
    public @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listedVersion) {
        return BlobVersion.digest(head, listedVersion);
    }

    @Override
    public @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return BlobVersion.digestOfNothing(version);
    }

    @Override
    public String where() {
        return location.toString();
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        return BlobErrors.of(answer, where(), object, acceptedBefore.getAsBoolean());
    }
}
