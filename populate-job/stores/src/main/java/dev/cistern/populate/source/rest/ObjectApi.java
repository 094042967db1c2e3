package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;

/// The requests that reading an object takes, one attempt each.
public interface ObjectApi {
    /// What the store says about an object now, whatever version was listed.
    ///
    /// @throws SourceException also [SourceException.Changed] when there is none
    ObjectHead head(SourceObject object) throws SourceException;

    /// What the store says when it is asked for an object's first byte, whatever version was listed; status 416 where there is none.
    ObjectHead first(SourceObject object) throws SourceException;

    /// Reads bytes `from` (inclusive) to `to` (exclusive), as [dev.cistern.populate.source.Source#read] promises.
    void get(SourceObject object, long from, long to, ReadMode mode, ObjectSink sink)
            throws SourceException, IOException;
}
