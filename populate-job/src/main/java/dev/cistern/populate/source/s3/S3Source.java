package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A tree of objects in a bucket, or one object of it.
///
/// A prefix that is empty or ends with `/` is a tree. Any other is the object of that name if there is one, and else the tree of
/// that name.
public final class S3Source implements Source {
    private final S3Location location;
    private final S3Api api;
    private final String prefix;

    /// What the prefix turned out to be; decided by the first listing.
    private volatile String root;

    /// The listing under way: what it has seen helps it to find its end, also after a page that could not be had.
    private @Nullable PageWalk walk;

    public S3Source(S3Location location, String prefix, S3Api api) {
        this.location = location;
        this.api = api;
        this.prefix = prefix;
        this.root = prefix;
    }

    @Override
    public void list(String after, Listing listing) throws SourceException, IOException {
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
                listing.object(object, path(object.key()));
            }
            if (pages.position() == null) {
                return;
            }
            listing.page(text(pages));
            page = pages.next();
        }
    }

    /// A listing that has begun.
    ///
    /// @param first its first page; null where that is still to be asked for
    private record Begun(PageWalk pages, @Nullable List<SourceObject> first) {}

    /// Begins with the first page that holds something. A prefix that may be an object or a tree is decided by it.
    private Begun begin() throws SourceException {
        PageWalk named = new PageWalk(api, location, prefix, ListPosition.START);
        List<SourceObject> first = named.nextFilled();
        if (isTree(prefix)) {
            return new Begun(named, first);
        }
        for (SourceObject object : first) {
            if (object.key().equals(prefix)) {
                return new Begun(new PageWalk(api, location, prefix, null), List.of(object));
            }
        }
        PageWalk tree = new PageWalk(api, location, prefix + "/", ListPosition.START);
        List<SourceObject> below = tree.nextFilled();
        if (below.isEmpty()) {
            throw S3Errors.refused(
                    Reason.NO_SUCH_OBJECT,
                    "there is neither an object "
                            + prefix
                            + " nor a tree "
                            + prefix
                            + "/ in "
                            + location);
        }
        return new Begun(tree, below);
    }

    private Begun resumed(String after) {
        int colon = after.indexOf(':');
        int end = colon + 1 + Integer.parseInt(after.substring(0, colon));
        ListPosition from = ListPosition.parse(after.substring(end));
        return new Begun(new PageWalk(api, location, after.substring(colon + 1, end), from), null);
    }

    /// Where a listing goes on, with what is listed: its length, a colon, the prefix, the position.
    private static String text(PageWalk pages) {
        ListPosition position = pages.position();
        return pages.prefix().length()
                + ":"
                + pages.prefix()
                + (position == null ? "" : position.text());
    }

    private String path(String key) {
        return isTree(root)
                ? key.substring(root.length())
                : key.substring(key.lastIndexOf('/') + 1);
    }

    private static boolean isTree(String prefix) {
        return prefix.isEmpty() || prefix.endsWith("/");
    }

    @Override
    public ObjectDetails describe(SourceObject object) throws SourceException {
        return api.head(object.key());
    }

    @Override
    public void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        api.get(object, from, to, sink);
    }

    @Override
    public String keyOf(String path) {
        String tree = root;
        return isTree(tree) ? tree + path : tree;
    }

    @Override
    public String name() {
        return (root.isEmpty() ? "" : root + " in ") + location;
    }

    @Override
    public boolean overTls() {
        return location.endpoint().secure();
    }

    @Override
    public String identity() {
        return location.endpoint() + location.basePath() + "/" + location.bucket();
    }

    @Override
    public void close() {
        api.close();
    }
}
