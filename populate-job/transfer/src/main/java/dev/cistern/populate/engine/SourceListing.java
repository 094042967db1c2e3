package dev.cistern.populate.engine;

import dev.cistern.populate.source.EntryNames;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.KeyPaths;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Processes one source's listing: selects keys, and distinguishes files from directories as far as one source can. A
/// page that was cut off is listed again from its beginning; objects already processed are skipped.
final class SourceListing implements Source.Listing {
    private record Listed(SourceObject object, String path) {}

    private final CopyContext context;
    private final CatalogFiller filler;
    private final Unpacker unpacker;
    private final int index;
    private final FillRequest.Input input;
    private final Lister.Pages pages;
    private final Globs globs;
    private final String into;
    private final int targetBytes;
    private final RetryPolicy retryPolicy;
    private final FolderMarkers markers;

    /// The first page until its order is known; null from then on.
    private @Nullable List<Listed> first = new ArrayList<>();

    private String after = "";
    private long seen;
    private long taken;
    private long takenFiles;
    private long archives;

    /// @param index of the source
    SourceListing(
            CopyContext context,
            CatalogFiller filler,
            Unpacker unpacker,
            int index,
            Lister.Pages pages)
            throws FillException {
        this.context = context;
        this.filler = filler;
        this.unpacker = unpacker;
        this.pages = pages;
        this.index = index;
        this.input = context.inputs().get(index);
        this.targetBytes = context.target().pathBytes();
        this.retryPolicy = context.newRetryPolicy();
        this.markers = new FolderMarkers(context.inputs().size() == 1, new MarkerListener());
        try {
            this.globs = new Globs(input.include(), input.exclude());
            this.into = KeyPaths.into(input.into());
        } catch (IllegalArgumentException e) {
            throw new FillException(
                    Reason.INVALID_CONFIGURATION, "sources[" + index + "]: " + e.getMessage(), e);
        } catch (UnsafeKeyException e) {
            throw new FillException(
                    Reason.INVALID_CONFIGURATION,
                    "sources[" + index + "].into: " + e.getMessage(),
                    e);
        }
    }

    @Override
    public void object(SourceObject object, String path) throws IOException {
        ArchiveFormat unpack = input.unpack();
        if (unpack != null) {
            if (!path.isEmpty() && !path.endsWith("/")) {
                archive(
                        object,
                        path.substring(0, Math.max(0, path.lastIndexOf('/'))),
                        unpack,
                        EntryNames.AS_THEY_ARE);
            }
            return;
        }
        if (seen++ == 0) {
            context.meter().revision(index, input.source().revision());
        }
        List<Listed> held = first;
        if (held != null) {
            held.add(new Listed(object, path));
        } else {
            take(object, path);
        }
    }

    @Override
    public void archive(
            SourceObject archive, String directory, ArchiveFormat format, EntryNames names)
            throws IOException {
        takeFirst();
        if (seen++ == 0) {
            context.meter().revision(index, input.source().revision());
        }
        archives++;
        try {
            unpacker.unpack(
                    new Unpacker.Task(this, archive, directory, format, names, input.sha256()));
        } catch (FillException e) {
            throw new Lister.Rejected(e);
        } catch (InterruptedException e) {
            throw new Lister.Interrupted();
        }
    }

    Source source() {
        return input.source();
    }

    /// Whether what comes out of an archive is wanted.
    boolean takes(String path) {
        return globs.takes(path);
    }

    /// Where what comes out of an archive goes.
    ///
    /// @param path below the source's tree
    /// @param id of the entry, for messages
    String placed(String path, String id) throws UnsafeKeyException {
        return KeyPaths.place(into, path, id, targetBytes).path();
    }

    /// Something came out of an archive.
    void unpacked(boolean file) {
        taken++;
        takenFiles += file ? 1 : 0;
    }

    /// More is to come: what there is so far is compared with the volume, and may be copied.
    void more() throws IOException {
        if (context.ended()) {
            throw new RangeSink.Ended();
        }
        try {
            pages.more();
        } catch (FillException e) {
            throw new Lister.Rejected(e);
        }
    }

    /// The first page has ended.
    private void takeFirst() throws IOException {
        List<Listed> held = first;
        first = null;
        if (held != null) {
            markers.firstPage(held.stream().map(Listed::path).toList());
            for (Listed listed : held) {
                take(listed.object, listed.path);
            }
        }
    }

    private void take(SourceObject object, String path) throws IOException {
        try {
            markers.listed(path);
            if (globs.takes(path)) {
                takeWanted(object, path);
            }
        } catch (UnsafeKeyException e) {
            throw unsafe(e);
        }
    }

    /// The page will be listed again.
    void restartPage() {
        List<Listed> held = first;
        if (held != null) {
            seen -= held.size();
            held.clear();
        }
    }

    private void takeWanted(SourceObject object, String path)
            throws IOException, UnsafeKeyException {
        String suffix = MarkerName.FOLDER.suffix();
        boolean folder = object.size() == 0 && path.endsWith(suffix);
        String named = folder ? path.substring(0, path.length() - suffix.length()) + "/" : path;
        KeyPaths.Place place = KeyPaths.place(into, named, object.id(), targetBytes);
        if (place.directory()) {
            directory(
                    object,
                    place.path(),
                    folder
                            ? MarkerName.FOLDER
                            : path.isEmpty() ? MarkerName.PLAIN : MarkerName.SLASH);
        } else if (object.size() == 0) {
            markers.empty(object, path);
        } else {
            file(object, place.path());
        }
    }

    /// Everything was listed.
    void end() throws FillException {
        try {
            takeFirst();
            markers.end();
        } catch (Lister.Rejected e) {
            throw e.reason();
        } catch (UnsafeKeyException e) {
            throw unsafe(e).reason();
        } catch (IOException e) {
            throw FillException.ofTarget(e, "listing");
        }
    }

    private Lister.Rejected unsafe(UnsafeKeyException e) {
        return Lister.Rejected.unsafe(input.source(), e);
    }

    private String placed(String path) {
        return into.isEmpty() ? path : into + "/" + path;
    }

    /// Receives the decisions about empty objects.
    private final class MarkerListener implements FolderMarkers.Listener {
        @Override
        public void file(SourceObject object, String path) throws IOException, UnsafeKeyException {
            SourceListing.this.file(object, placed(path));
        }

        @Override
        public void directory(SourceObject object, String path)
                throws IOException, UnsafeKeyException {
            SourceListing.this.directory(object, placed(path), MarkerName.PLAIN);
        }

        @Override
        public void undecided(SourceObject object, String path)
                throws IOException, UnsafeKeyException {
            filler.undecided(index, object, placed(path));
            taken++;
            takenFiles++;
        }
    }

    private void directory(SourceObject object, String path, MarkerName name)
            throws IOException, UnsafeKeyException {
        if (object.size() > 0) {
            throw new UnsafeKeyException(object.id(), "ends with / and has content");
        }
        filler.directory(index, object, path, name);
        // The target itself exists already.
        taken += path.isEmpty() ? 0 : 1;
    }

    private void file(SourceObject object, String path) throws IOException, UnsafeKeyException {
        filler.file(index, object, path);
        taken++;
        takenFiles++;
    }

    @Override
    public void page(String next) throws IOException {
        takeFirst();
        after = next;
        filler.publish();
        retryPolicy.progress();
        more();
    }

    /// Number of the source.
    int index() {
        return index;
    }

    /// Continuation after a failed page.
    String after() {
        return after;
    }

    RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    /// Checks the listing against the request.
    ///
    /// @param markers number of its empty objects that turned out to be directories
    void check(long markers) throws FillException {
        if (taken == 0) {
            String filtered =
                    seen == 0 ? "" : "; include and exclude leave none of its " + seen + " objects";
            throw new FillException(
                    Reason.EMPTY_SOURCE,
                    "nothing to copy from " + input.source().name() + filtered,
                    null);
        }
        long pinned = archives > 0 ? archives : takenFiles - markers;
        if (input.sha256() != null && pinned != 1) {
            throw new FillException(
                    Reason.INVALID_CONFIGURATION,
                    "sources["
                            + index
                            + "].sha256 pins one object, and "
                            + input.source().name()
                            + " has "
                            + pinned
                            + " there",
                    null);
        }
    }

    /// Whether [#check] can decide already.
    boolean decided() {
        return input.sha256() == null || archives > 0 || !filler.hasUndecided();
    }
}
