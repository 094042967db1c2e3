package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ObjectApi;
import dev.cistern.populate.source.rest.ObjectHead;
import java.util.List;

/// The requests for reading a bucket, one attempt each; [S3Errors] maps failures.
public interface S3Api extends ObjectApi, AutoCloseable {
    /// Maximum page size, the protocol's limit.
    int PAGE_SIZE = 1000;

    /// One page of a listing.
    ///
    /// @param objects in the store's order
    /// @param end what the store says about the next page
    record Page(List<SourceObject> objects, PageEnd end) {}

    /// Requests a page of a listing.
    Page list(String prefix, ListPosition from) throws SourceException;

    /// Requests the metadata of a part of an object.
    ///
    /// @param part from 1
    ObjectHead part(SourceObject object, int part) throws SourceException;

    @Override
    void close();
}
