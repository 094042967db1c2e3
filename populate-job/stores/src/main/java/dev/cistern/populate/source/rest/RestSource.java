package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A tree of objects in a store that names objects by paths and lists them by prefix, or a single object.
///
/// A prefix that is empty or ends with `/` is a tree. Any other is the object of that name if it exists, else the tree
/// of that name; an empty object beside a tree of its name marks the tree.
public final class RestSource implements Source {
    private final Store store;
    private final ListingApi listing;
    private final ObjectReader objects;
    private final String prefix;

    /// The resolved prefix; decided by the first listing.
    private volatile String root;

    /// The current listing: its state is kept after a failed page.
    private @Nullable PageWalk walk;

    /// Parts of a store other than its requests.
    ///
    /// @param answers interprets responses
    /// @param identity identifies the store across attempts, such as endpoint and bucket; no secret
    /// @param overTls whether connections use TLS
    /// @param closing closed with the source
    public record Store(
            ObjectAnswers answers, String identity, boolean overTls, Runnable closing) {}

    public RestSource(Store store, String prefix, ListingApi listing, ObjectReader objects) {
        this.store = store;
        this.listing = listing;
        this.objects = objects;
        this.prefix = prefix;
        this.root = prefix;
    }

    @Override
    public void list(String after, Listing taker) throws SourceException, IOException {
        List<SourceObject> page = null;
        PageWalk pages = walk;
        if (after.isEmpty() || pages == null || !after.equals(text(pages))) {
            Begun begun = after.isEmpty() ? begin() : resumed(after);
            pages = begun.pages;
            page = begun.first;
            root = pages.prefix();
            walk = pages;
        }
        if (page == null) {
            page = pages.next();
        }
        while (page != null) {
            for (SourceObject object : page) {
                taker.object(withoutMarkersSize(object), path(object.id()));
            }
            if (pages.position() == null) {
                return;
            }
            taker.page(text(pages));
            page = pages.next();
        }
    }

    /// A listing in progress.
    ///
    /// @param first its first page; null where it is still to be requested
    private record Begun(PageWalk pages, @Nullable List<SourceObject> first) {}

    private PageWalk walk(String below, @Nullable String from) {
        return new PageWalk(listing, store.answers, below, from);
    }

    /// Starts with the first page that is not empty. It decides a prefix that may be an object or a tree.
    private Begun begin() throws SourceException {
        PageWalk named = walk(prefix, "");
        List<SourceObject> first;
        try {
            first = named.nextFilled();
        } catch (SourceException.Refused e) {
            return new Begun(walk(prefix, null), List.of(withoutListing(e)));
        }
        if (isTree(prefix)) {
            return new Begun(named, first);
        }
        SourceObject object = null;
        for (SourceObject listed : first) {
            object = listed.id().equals(prefix) ? listed : object;
        }
        if (object == null && !first.isEmpty() && named.position() != null) {
            object = onALaterPage(first);
        }
        // An empty object may be a folder marker of the tree of its name.
        boolean marker = object == null || object.size() == 0;
        PageWalk tree = walk(prefix + "/", "");
        List<SourceObject> below = marker ? tree.nextFilled() : List.of();
        if (!below.isEmpty() && object != null && !isEmpty(object)) {
            below = List.of();
        }
        if (below.isEmpty() && object != null) {
            return new Begun(walk(prefix, null), List.of(object));
        }
        if (below.isEmpty()) {
            throw StatusErrors.refused(
                    Reason.NO_SUCH_OBJECT,
                    "there is neither an object "
                            + prefix
                            + " nor a tree "
                            + prefix
                            + "/ in "
                            + store.answers.where());
        }
        return new Begun(tree, below);
    }

    /// The object that the prefix names, for credentials that may read objects but not list them.
    ///
    /// @param refused the rejection of the listing, which is thrown when there is no such object
    private SourceObject withoutListing(SourceException.Refused refused) throws SourceException {
        if (isTree(prefix) || refused.reason() != Reason.ACCESS_DENIED) {
            throw refused;
        }
        SourceObject object;
        try {
            object = objects.find(prefix);
        } catch (SourceException.Refused e) {
            throw refused;
        }
        if (object == null) {
            throw refused;
        }
        return object;
    }

    /// The object that the prefix names, if it is not on the listing's first page; null when there is none. Among names
    /// with this prefix it is the first in order; an unordered listing may have it on any page, so the store is asked.
    private @Nullable SourceObject onALaterPage(List<SourceObject> first) throws SourceException {
        try {
            return objects.find(prefix);
        } catch (SourceException.Refused e) {
            if (isInOrder(first)) {
                return null;
            }
            throw e;
        }
    }

    private static boolean isInOrder(List<SourceObject> page) {
        for (int i = 1; i < page.size(); i++) {
            if (Arrays.compareUnsigned(
                            page.get(i - 1).id().getBytes(StandardCharsets.UTF_8),
                            page.get(i).id().getBytes(StandardCharsets.UTF_8))
                    > 0) {
                return false;
            }
        }
        return true;
    }

    /// Whether an object listed as empty is empty.
    private boolean isEmpty(SourceObject object) throws SourceException {
        return objects.describe(object).object().size() == 0;
    }

    private Begun resumed(String after) {
        int colon = after.indexOf(':');
        int end = colon + 1 + Integer.parseInt(after.substring(0, colon));
        return new Begun(walk(after.substring(colon + 1, end), after.substring(end)), null);
    }

    /// Continuation of a listing, including its prefix: its length, a colon, the prefix, the position.
    private static String text(PageWalk pages) {
        String position = pages.position();
        return pages.prefix().length() + ":" + pages.prefix() + (position == null ? "" : position);
    }

    /// Gateways to file systems list a directory with the size of its entries.
    private SourceObject withoutMarkersSize(SourceObject object) {
        return object.size() > 0
                        && object.id().endsWith("/")
                        && store.answers.digestOfNothing(object.version()) != null
                ? new SourceObject(object.id(), 0, object.version(), object.modifiedMillis())
                : object;
    }

    private String path(String name) {
        return isTree(root)
                ? name.substring(root.length())
                : name.substring(name.lastIndexOf('/') + 1);
    }

    private static boolean isTree(String prefix) {
        return prefix.isEmpty() || prefix.endsWith("/");
    }

    @Override
    public ObjectDetails describe(SourceObject object) throws SourceException {
        return objects.describe(object);
    }

    @Override
    public void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        objects.read(object, from, to, sink);
    }

    @Override
    public String name() {
        return (root.isEmpty() ? "" : root + " in ") + store.answers.where();
    }

    @Override
    public boolean overTls() {
        return store.overTls;
    }

    @Override
    public String identity() {
        return store.identity;
    }

    @Override
    public void close() {
        store.closing.run();
    }
}
