package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;

/// A tree of objects in a bucket, or one object of it.
///
/// A prefix that is empty or ends with `/` is a tree. Any other is the object of that name if there is one, and else the tree of
/// that name.
public final class S3Source implements Source {
    private final S3Location location;
    private final S3Api api;

    /// What the prefix turned out to be; decided by the first listing.
    private volatile String root;

    /// Continuation tokens and what they continue travel as one text: the root, a line feed, the token.
    private static final char SEPARATOR = '\n';

    public S3Source(S3Location location, String prefix, S3Api api) {
        this.location = location;
        this.api = api;
        this.root = prefix;
    }

    @Override
    public void list(String after, Listing listing) throws SourceException, IOException {
        String continuation = "";
        if (!after.isEmpty()) {
            int separator = after.indexOf(SEPARATOR);
            root = after.substring(0, separator);
            continuation = after.substring(separator + 1);
        }
        S3Api.Page page = api.list(root, continuation);
        if (after.isEmpty() && !isTree(root)) {
            if (!page.objects().isEmpty() && page.objects().getFirst().key().equals(root)) {
                listing.object(
                        page.objects().getFirst(), root.substring(root.lastIndexOf('/') + 1));
                return;
            }
            String tree = root + "/";
            page = api.list(tree, "");
            if (page.objects().isEmpty()) {
                throw S3Errors.refused(
                        Reason.NO_SUCH_OBJECT,
                        "there is neither an object "
                                + root
                                + " nor a tree "
                                + tree
                                + " in "
                                + location);
            }
            root = tree;
        }
        while (true) {
            for (SourceObject object : page.objects()) {
                if (!object.key().startsWith(root)) {
                    throw S3Errors.garbled(location, object.key(), "listed outside prefix " + root);
                }
                listing.object(object, object.key().substring(root.length()));
            }
            String next = page.next();
            if (next == null) {
                return;
            }
            listing.page(root + SEPARATOR + next);
            page = api.list(root, next);
        }
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
