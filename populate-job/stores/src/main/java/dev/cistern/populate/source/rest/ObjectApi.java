package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;

/// The requests for reading objects, one attempt each.
public interface ObjectApi {
    /// Requests the current metadata of an object, whatever version was listed.
    ///
    /// @throws SourceException also [SourceException.Changed] when the object is gone
    ObjectHead head(SourceObject object) throws SourceException;

    /// Requests an object's first byte, whatever version was listed; status 416 where it is empty.
    ObjectHead first(SourceObject object) throws SourceException;

    /// Reads bytes `from` (inclusive) to `to` (exclusive), as [dev.cistern.populate.source.Source#read] promises.
    void get(SourceObject object, long from, long to, ReadMode mode, ObjectSink sink)
            throws SourceException, IOException;
}
