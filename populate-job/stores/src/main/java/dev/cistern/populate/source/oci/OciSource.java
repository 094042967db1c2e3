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
    private final @Nullable String pinned;
    private final Manifests manifests;
    private final StoreSender sender;
    private final RestObjects blobs;
    private final ObjectReader reader;
    private volatile @Nullable Manifest manifest;

    /// @param pinned digest of the manifest that an earlier attempt read; null for the first attempt
    OciSource(
            RegistryPlace place,
            OciReference artifact,
            @Nullable String pinned,
            Manifests manifests,
            StoreSender sender,
            BlobProtocol protocol) {
        this.place = place;
        this.artifact = artifact;
        this.pinned = pinned;
        this.manifests = manifests;
        this.sender = sender;
        this.blobs = new RestObjects(sender, protocol);
        this.reader = new ObjectReader(blobs, protocol);
    }

    /// The manifest that was chosen, not an index before it: another node may have another platform.
    @Override
    public @Nullable String revision() {
        Manifest found = manifest;
        return found == null ? null : found.digest().toString();
    }

    @Override
    public void list(String after, Listing listing) throws SourceException, IOException {
        Manifest found = manifest;
        if (found == null) {
            found = manifests.find(pinned == null ? place.version() : pinned);
            manifest = found;
        }
        Layers layers = Layers.of(place, found);
        SubPath wanted = new SubPath(artifact.path());
        for (LayerFile file : layers.files()) {
            if (file.path().equals(wanted.text())) {
                // A name that is a file is that file alone: no archive need be read.
                listing.object(
                        object(file.path(), file.blob()),
                        Objects.requireNonNull(wanted.below(file.path())));
                return;
            }
        }
        boolean any = files(layers.files(), wanted, listing);
        if (layers.image()) {
            image(layers.archives(), wanted, listing);
        } else {
            for (LayerArchive archive : layers.archives()) {
                if (wanted.meets(archive.root())) {
                    listing.archive(
                            object(archive.name(), archive.blob()),
                            "",
                            archive.format(),
                            new ArtifactEntries(archive.root(), wanted));
                }
            }
        }
        if (!any && layers.archives().isEmpty() && !layers.files().isEmpty()) {
            throw nothing(layers.files());
        }
    }

    /// Lists the files that are wanted; whether there are any.
    private static boolean files(List<LayerFile> files, SubPath wanted, Listing listing)
            throws IOException {
        boolean any = false;
        for (LayerFile file : files) {
            String path = wanted.below(file.path());
            if (path != null) {
                listing.object(object(file.path(), file.blob()), path);
                any = true;
            }
        }
        return any;
    }

    private static void image(List<LayerArchive> layers, SubPath wanted, Listing listing)
            throws IOException {
        ImageLayers names = new ImageLayers(wanted);
        for (int i = layers.size() - 1; i >= 0; i--) {
            LayerArchive layer = layers.get(i);
            names.next(i == 0);
            listing.archive(object(layer.name(), layer.blob()), "", layer.format(), names);
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

    private static SourceObject object(String id, Descriptor blob) {
        return new SourceObject(id, blob.size(), blob.digest().toString(), 0);
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
