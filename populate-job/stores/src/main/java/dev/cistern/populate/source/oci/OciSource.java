package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ObjectReader;
import dev.cistern.populate.source.rest.RestObjects;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.OciReference;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The files of a tag or digest.
///
/// A file's version is its blob's digest, so that copied files stay valid when the tag moves. The tag is resolved once:
/// a repeated listing uses the same manifest.
final class OciSource implements Source {
    /// For blobs above this size a request finds out whether ranges are supported.
    private static final long PROBED_FROM_BYTES = 16L << 20;

    private static final int MOST_SHOWN = 10;

    private final RegistryPlace place;
    private final OciReference artifact;
    private final Manifests manifests;
    private final StoreSender sender;
    private final RestObjects blobs;
    private final ObjectReader reader;
    private volatile @Nullable Manifest manifest;

    OciSource(
            RegistryPlace place,
            OciReference artifact,
            Manifests manifests,
            StoreSender sender,
            BlobProtocol protocol) {
        this.place = place;
        this.artifact = artifact;
        this.manifests = manifests;
        this.sender = sender;
        this.blobs = new RestObjects(sender, protocol);
        this.reader = new ObjectReader(blobs, protocol);
    }

    @Override
    public void list(String after, Listing listing) throws SourceException, IOException {
        Manifest found = manifest;
        if (found == null) {
            found = manifests.find(place.version());
            manifest = found;
        }
        List<LayerFile> files = LayerFiles.of(place, found);
        String wanted = artifact.path();
        boolean any = false;
        for (LayerFile file : files) {
            if (file.path().equals(wanted)) {
                listing.object(object(file), wanted.substring(wanted.lastIndexOf('/') + 1));
                return;
            }
        }
        String tree = wanted.isEmpty() || wanted.endsWith("/") ? wanted : wanted + "/";
        for (LayerFile file : files) {
            if (file.path().startsWith(tree)) {
                listing.object(object(file), file.path().substring(tree.length()));
                any = true;
            }
        }
        if (!any && !files.isEmpty()) {
            throw nothing(files);
        }
    }

    private SourceException nothing(List<LayerFile> files) {
        return StatusErrors.refused(
                Reason.NO_SUCH_OBJECT,
                artifact.name()
                        + " in "
                        + place
                        + " has no "
                        + artifact.path()
                        + "; it has "
                        + files.stream()
                                .limit(MOST_SHOWN)
                                .map(LayerFile::path)
                                .collect(Collectors.joining(", "))
                        + (files.size() > MOST_SHOWN
                                ? " and " + (files.size() - MOST_SHOWN) + " more"
                                : ""));
    }

    private static SourceObject object(LayerFile file) {
        Descriptor blob = file.blob();
        return new SourceObject(file.path(), blob.size(), blob.digest().toString(), 0);
    }

    @Override
    public ObjectDetails describe(SourceObject object) throws SourceException {
        ContentDigest digest =
                Objects.requireNonNull(ContentDigest.of(object.version()), object.id());
        boolean whole = object.size() > PROBED_FROM_BYTES && blobs.first(object).status() != 206;
        return new ObjectDetails(object, digest.toObjectDigest(), whole);
    }

    @Override
    public void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        reader.read(object, from, to, sink);
    }

    @Override
    public String name() {
        return "oci://" + place.shown() + "/" + artifact;
    }

    @Override
    public boolean overTls() {
        return place.origin().secure();
    }

    @Override
    public String identity() {
        return place.identity();
    }

    @Override
    public void close() {
        sender.close();
    }
}
