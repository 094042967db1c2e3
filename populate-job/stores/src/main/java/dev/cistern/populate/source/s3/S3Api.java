package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ObjectApi;
import dev.cistern.populate.source.rest.ObjectHead;
import java.util.List;

/// The requests that reading a bucket takes. One attempt each; failures are mapped by [S3Errors].
public interface S3Api extends ObjectApi, AutoCloseable {
    /// What a request asks for at most; the protocol's own limit.
    int PAGE_SIZE = 1000;

    /// One page of a listing.
    ///
    /// @param objects in the store's order
    /// @param end what the store says about pages that follow
    record Page(List<SourceObject> objects, PageEnd end) {}

    /// Lists from the start, or goes on.
    Page list(String prefix, ListPosition from) throws SourceException;

    /// What the store says about a part of an object.
    ///
    /// @param part from 1
    ObjectHead part(SourceObject object, int part) throws SourceException;

    @Override
    void close();
}
