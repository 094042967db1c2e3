package dev.cistern.populate.source;

import java.io.IOException;

/// A place that objects are read from.
///
/// Three questions are all that the engine asks. Keep it so: what a store can do besides (presigning, batching, its own
/// retries) stays below this interface. Every method may be called by any number of threads, makes one attempt (the
/// engine owns retries), and says in its exception whether another attempt may help.
///
/// A new store implements this and subclasses `SourceContract` in the tests.
public interface Source extends AutoCloseable {
    /// Gives every object of the source to `listing`, page by page in the store's order. `listing` may block.
    ///
    /// @param after the continuation that an attempt before was given last; empty to begin
    /// @throws SourceException when a page cannot be had; what was given before stands
    void list(String after, Listing listing) throws SourceException, IOException;

    /// What the store knows about one object now, whatever version was listed. What its answer leaves out is as it was listed; an
    /// object that was listed as empty is one only if its version says so, too, or the store when asked for its bytes.
    ///
    /// @throws SourceException also [SourceException.Changed] when the object is gone
    ObjectDetails describe(SourceObject object) throws SourceException;

    /// Reads bytes `from` (inclusive) to `to` (exclusive) of exactly the version in `object`.
    ///
    /// An object of unknown size is asked for whole, from 0 to [SourceObject#UNKNOWN_SIZE]: this returns when its last byte was given.
    ///
    /// The sink gets exactly these bytes, in order, or fewer followed by an exception; never a byte of another version.
    ///
    /// @throws SourceException when the bytes could not be had
    /// @throws IOException what the sink threw
    void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException;

    /// How people call it: endpoint and bucket, no secret.
    String name();

    /// Whether what is read has to be deciphered first.
    boolean overTls();

    /// What makes an object of this source the same object in a later attempt.
    String identity();

    @Override
    void close();

    /// Takes a listing.
    interface Listing {
        /// One object, and the path that it asks for in a tree of files, such as its name below the source's prefix.
        ///
        /// @throws IOException when the listing should end
        void object(SourceObject object, String path) throws IOException;

        /// A page has ended; an attempt that continues `after` this misses and repeats nothing.
        void page(String after) throws IOException;
    }
}
