package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Makes sure that an object which becomes a directory holds nothing: a listing's size of 0 is not believed unless the version says the
/// same, because the object's bytes would be lost without a word. The streams ask, as they do for empty files, so that thousands of
/// markers do not hold up the listing.
final class MarkerCheck {
    private final CopyContext context;
    private final ObjectDescriber describer;

    MarkerCheck(CopyContext context, ObjectDescriber describer) {
        this.context = context;
        this.describer = describer;
    }

    /// Looks at the marker of a directory.
    ///
    /// @throws FillException when it has content, or the store does not say
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
            // Gateways before file systems list directories that cannot be read: what is not there
            // has no bytes, and of a directory none can be asked for.
            boolean gone =
                    e.getCause() instanceof SourceException.Changed changed && changed.gone();
            boolean unreadable = slash && e.reason() == Reason.INVALID_CONFIGURATION;
            if (gone || unreadable) {
                return 0;
            }
            throw e;
        }
    }

    /// The key of the first listed file below a directory; null where none is wanted.
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
