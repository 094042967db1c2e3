package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.util.List;

/// The requests that reading a bucket takes. One attempt each; failures are mapped by [S3Errors].
public interface S3Api extends AutoCloseable {
    /// What a request asks for at most; the protocol's own limit.
    int PAGE_SIZE = 1000;

    /// One page of a listing.
    ///
    /// @param objects in the store's order
    /// @param end what the store says about pages that follow
    record Page(List<SourceObject> objects, PageEnd end) {}

    /// Lists from the start, or goes on.
    Page list(String prefix, ListPosition from) throws SourceException;

    /// How the bytes of objects are asked for.
    ///
    /// @param conditional whether only the version that was listed will do
    /// @param encoding `Accept-Encoding`: what the answer may be packed with
    record How(boolean conditional, String encoding) {
        /// As they are stored.
        static final String IDENTITY = "identity";

        /// Google's store unpacks what is stored packed, unless the client would do it.
        static final String GZIP = "gzip";

        /// The first thing to try.
        static final How USUAL = new How(true, IDENTITY);

        /// Whatever version there is.
        How unconditional() {
            return new How(false, encoding);
        }

        /// The other encoding.
        How otherwise() {
            return new How(conditional, encoding.equals(IDENTITY) ? GZIP : IDENTITY);
        }
    }

    /// What the store says about an object now; [SourceException.Changed] when there is none.
    ///
    /// @param part asks for a part's size instead; 0 for the whole object
    S3Head head(String key, int part) throws SourceException;

    /// What the store says when it is asked for an object's first byte.
    S3Head first(String key) throws SourceException;

    /// See [dev.cistern.populate.source.Source#read].
    void get(SourceObject object, long from, long to, How how, ObjectSink sink)
            throws SourceException, IOException;

    @Override
    void close();
}
