package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ObjectProtocol;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.StoreRequest;
import org.jspecify.annotations.Nullable;

/// Requests for blobs. A blob is requested by its digest, which is the object's version: its content never changes.
final class BlobProtocol implements ObjectProtocol {
    private final RegistryPlace place;
    private final OciErrors errors;

    BlobProtocol(RegistryPlace place, OciErrors errors) {
        this.place = place;
        this.errors = errors;
    }

    private static ContentDigest digest(@Nullable String version) {
        ContentDigest digest = ContentDigest.of(version);
        if (digest == null) {
            throw new IllegalArgumentException("a layer without a digest: " + version);
        }
        return digest;
    }

    @Override
    public StoreRequest head(SourceObject object) {
        return StoreRequest.head(place.blob(digest(object.version()).toString()))
                .encoding(ReadMode.IDENTITY)
                .about(object.id());
    }

    @Override
    public StoreRequest get(SourceObject object, String range, ReadMode mode) {
        return StoreRequest.get(place.blob(digest(object.version()).toString()))
                .encoding(mode.encoding())
                .about(object.id())
                .range(range);
    }

    @Override
    public boolean conditional(SourceObject object) {
        return false;
    }

    /// The registry's digest header; a host that it redirects to sends none.
    @Override
    public @Nullable String version(ObjectHead head) {
        ContentDigest digest = ContentDigest.of(head.header("docker-content-digest"));
        return digest == null ? null : digest.toString();
    }

    /// A registry may use another digest algorithm than the request; the content is verified in any case.
    @Override
    public boolean same(String version, String other) {
        return digest(version).kind() != digest(other).kind() || version.equals(other);
    }

    @Override
    public ObjectDigest digest(ObjectHead head, @Nullable String listedVersion) {
        return digest(listedVersion).toObjectDigest();
    }

    @Override
    public @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        ContentDigest digest = digest(version);
        return digest.ofNothing() ? digest.toObjectDigest() : null;
    }

    @Override
    public boolean wholeOnly(ObjectHead head) {
        return head.status() == 200;
    }

    @Override
    public String where() {
        return errors.where();
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        return errors.of(answer, object);
    }
}
