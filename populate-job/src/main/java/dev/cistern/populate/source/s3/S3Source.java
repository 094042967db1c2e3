package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A tree of objects in a bucket, or one object of it.
///
/// A prefix that is empty or ends with `/` is a tree. Any other is the object of that name if there is one, and else the tree of
/// that name; an empty object beside a tree of its name marks the tree.
public final class S3Source implements Source {
    private final S3Location location;
    private final S3Api api;
    private final String prefix;

    private final S3Describer describer;

    /// How objects are asked for now: what was learned of the store.
    private volatile S3Api.How how = S3Api.How.USUAL;

    /// What the prefix turned out to be; decided by the first listing.
    private volatile String root;

    /// The listing under way: what it has seen helps it to find its end, also after a page that could not be had.
    private @Nullable PageWalk walk;

    public S3Source(S3Location location, String prefix, S3Api api) {
        this.location = location;
        this.api = api;
        this.prefix = prefix;
        this.describer = new S3Describer(location, api);
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
                listing.object(withoutMarkersSize(object), path(object.key()));
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
        SourceObject object = null;
        for (SourceObject listed : first) {
            object = listed.key().equals(prefix) ? listed : object;
        }
        if (object == null && !first.isEmpty() && named.position() != null) {
            object = onALaterPage(first);
        }
        // An empty object may be a marker of the tree of its name.
        boolean marker = object == null || object.size() == 0;
        PageWalk tree = new PageWalk(api, location, prefix + "/", ListPosition.START);
        List<SourceObject> below = marker ? tree.nextFilled() : List.of();
        if (!below.isEmpty() && object != null && !isEmpty(object)) {
            below = List.of();
        }
        if (below.isEmpty() && object != null) {
            return new Begun(new PageWalk(api, location, prefix, null), List.of(object));
        }
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

    /// The object that the prefix names, where the listing's first page has it not; null when there is none. Among keys that begin with its
    /// name it is the first in order; a listing without order may have it on any page, so the store is asked.
    private @Nullable SourceObject onALaterPage(List<SourceObject> first) throws SourceException {
        try {
            return describer.find(prefix);
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
                            page.get(i - 1).key().getBytes(StandardCharsets.UTF_8),
                            page.get(i).key().getBytes(StandardCharsets.UTF_8))
                    > 0) {
                return false;
            }
        }
        return true;
    }

    /// Whether an object that is listed as empty is.
    private boolean isEmpty(SourceObject object) throws SourceException {
        return describer.describe(object).object().size() == 0;
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

    /// Gateways before file systems list a directory with the size of its entries.
    private static SourceObject withoutMarkersSize(SourceObject object) {
        return object.size() > 0
                        && object.key().endsWith("/")
                        && S3Digests.isOfNothing(object.version())
                ? new SourceObject(object.key(), 0, object.version(), object.modifiedMillis())
                : object;
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
        return describer.describe(object);
    }

    @Override
    public void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        Watched watched = new Watched(sink);
        S3Api.How now = how;
        boolean otherwise = false;
        while (true) {
            try {
                api.get(object, from, to, now, watched);
                if (!now.equals(how)) {
                    how = now;
                }
                return;
            } catch (SourceException.Refused e) {
                // A store that knows no conditions says so.
                if (watched.began || !isConditional(object, now) || !e.unsupported()) {
                    throw e;
                }
                now = now.unconditional();
            } catch (SourceException.Changed e) {
                if (e.unfit()) {
                    // What is stored packed may have been unpacked on the way.
                    now = now.otherwise();
                    how = now;
                    if (watched.began || otherwise) {
                        throw e;
                    }
                    otherwise = true;
                } else if (!watched.began && isUnchanged(object, e)) {
                    if (!isConditional(object, now)) {
                        throw unfit(object, from, to, e);
                    }
                    now = now.unconditional();
                } else {
                    throw e;
                }
            }
        }
    }

    private static boolean isConditional(SourceObject object, S3Api.How asked) {
        return asked.conditional() && ETag.ifMatch(object.version()) != null;
    }

    /// Whether a store refuses the very version that it has: it does not understand the condition, or has fewer bytes than it lists. Without
    /// a condition, the answers' own ETags are compared.
    private boolean isUnchanged(SourceObject object, SourceException.Changed e)
            throws SourceException {
        ETag listed = ETag.of(object.version());
        return !e.gone() && listed != null && ETag.same(api.head(object.key(), 0).tag(), listed);
    }

    private SourceException unfit(
            SourceObject object, long from, long to, SourceException.Changed e) {
        return SourceException.Changed.unfit(
                "object \""
                        + object.key()
                        + "\" in "
                        + location
                        + " is listed with "
                        + object.size()
                        + " bytes and has the same version still, and asked for bytes "
                        + from
                        + " to "
                        + (to - 1)
                        + " the store says: "
                        + e.getMessage());
    }

    /// Knows whether anything was given to a sink.
    private static final class Watched implements ObjectSink {
        private final ObjectSink sink;
        private boolean began;

        Watched(ObjectSink sink) {
            this.sink = sink;
        }

        @Override
        public void begin(@Nullable ObjectDigest digest) throws IOException {
            began = true;
            sink.begin(digest);
        }

        @Override
        public void accept(ByteBuffer bytes) throws IOException {
            sink.accept(bytes);
        }
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
