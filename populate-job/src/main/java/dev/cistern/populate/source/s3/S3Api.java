package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.util.List;

/// The three requests that reading a bucket takes. One attempt each; failures are mapped by [S3Errors].
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

    /// What the store knows about a key now; [SourceException.Changed] when there is none.
    ObjectDetails head(String key) throws SourceException;

    /// See [dev.cistern.populate.source.Source#read].
    void get(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException;

    @Override
    void close();
}
