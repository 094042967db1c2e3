package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Verifies that an object which becomes a directory is empty: a listed size of 0 is not trusted unless the version
/// confirms it, because the object's bytes would be lost silently. The streams do this, as they do for empty files, so
/// that thousands of markers do not delay the listing.
final class MarkerCheck {
    private final CopyContext context;
    private final ObjectDescriber describer;

    MarkerCheck(CopyContext context, ObjectDescriber describer) {
        this.context = context;
        this.describer = describer;
    }

    /// Checks the marker of a directory.
    ///
    /// @throws FillException when it has content or the store does not say
    void requireEmpty(Catalog.Entry entry) throws FillException, InterruptedException, IOException {
        SourceObject marker = entry.marker();
        if (marker == null) {
            return;
        }
        String key = marker.id();
        boolean slash = key.endsWith("/");
        long size = size(entry, marker, slash);
        if (size == 0) {
            return;
        }
        String content = "is listed as empty and has content (" + size + " bytes)";
        if (slash) {
            throw refused(entry, key, "ends with /, " + content);
        }
        String below = firstBelow(entry);
        throw refused(
                entry,
                key,
                content
                        + (below == null
                                ? ", and its name marks a folder"
                                : ", and \"" + below + "\" lies below it"));
    }

    private FillException refused(Catalog.Entry entry, String key, String problem) {
        UnsafeKeyException unsafe = new UnsafeKeyException(key, problem);
        return new FillException(
                Reason.UNSAFE_KEY,
                unsafe.getMessage() + " (" + describer.source(entry).name() + ")",
                unsafe);
    }

    private long size(Catalog.Entry entry, SourceObject marker, boolean slash)
            throws FillException, InterruptedException {
        try {
            return describer.describe(entry, marker).object().size();
        } catch (FillException e) {
            // Gateways to file systems list directories that cannot be read: a missing object has
            // no bytes, and a
            // directory cannot be read.
            boolean gone =
                    e.getCause() instanceof SourceException.Changed changed && changed.gone();
            boolean unreadable = slash && e.reason() == Reason.INVALID_CONFIGURATION;
            if (gone || unreadable) {
                return 0;
            }
            throw e;
        }
    }

    /// Key of the first listed file below a directory; null where none is selected.
    private @Nullable String firstBelow(Catalog.Entry directory) throws IOException {
        String tree = directory.path() + "/";
        Catalog.Cursor cursor = context.catalog().cursor();
        for (Catalog.Entry entry = cursor.nextListed();
                entry != null;
                entry = cursor.nextListed()) {
            SourceObject object = entry.object();
            if (object != null && entry.path().startsWith(tree)) {
                return object.id();
            }
        }
        return null;
    }
}
