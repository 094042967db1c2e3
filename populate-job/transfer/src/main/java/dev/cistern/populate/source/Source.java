package dev.cistern.populate.source;

import dev.cistern.populate.wire.ArchiveFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A location in a store that objects are read from.
///
/// Three operations are all that the engine needs. Keep it so: what else a store can do (presigning, batching, its own
/// retries) stays below this interface. Every method may be called by any number of threads, makes one attempt (the
/// engine owns retries), and says in its exception whether a retry may help.
///
/// A new store implements this and subclasses `SourceContract` in the tests.
public interface Source extends AutoCloseable {
    /// Passes every object of the source to `listing`, page by page in the store's order. `listing` may block.
    ///
    /// @param after the last continuation passed to an earlier listing; empty to start
    /// @throws SourceException when a page cannot be listed; objects passed before remain valid
    void list(String after, Listing listing) throws SourceException, IOException;

    /// Requests the current metadata of one object, whatever version was listed. What the response omits is as it was
    /// listed. An object that was listed as empty counts as empty only if its version confirms it, or the store when
    /// asked for its bytes.
    ///
    /// @throws SourceException also [SourceException.Changed] when the object is gone
    ObjectDetails describe(SourceObject object) throws SourceException;

    /// Reads bytes `from` (inclusive) to `to` (exclusive) of exactly the version in `object`.
    ///
    /// An object of unknown size is read from 0 to [SourceObject#UNKNOWN_SIZE]: the method returns after its last byte.
    ///
    /// The sink receives exactly these bytes, in order, or fewer followed by an exception; never a byte of another
    /// version.
    ///
    /// @throws SourceException when the bytes could not be read
    /// @throws IOException thrown by the sink
    void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException;

    /// What its name stands for in this attempt, where a name may come to stand for something else: the commit of a branch. Known from the
    /// first object of a listing at the latest; later attempts of a run are given it. Null where there is no such thing.
    default @Nullable String revision() {
        return null;
    }

    /// Name for messages: endpoint and bucket, without secrets.
    String name();

    /// Whether connections use TLS.
    boolean overTls();

    /// Identifies the source across attempts: equal identities and object ids mean the same object.
    String identity();

    @Override
    void close();

    /// Receives a listing.
    interface Listing {
        /// An object, and its path in a tree of files, such as its name below the source's prefix.
        ///
        /// @throws IOException to end the listing
        void object(SourceObject object, String path) throws IOException;

        /// An archive, whose entries are objects of the source: they are copied while this is called, which may take as long as that.
        ///
        /// @param archive asked for with [Source#describe] and [Source#read], as any object is
        /// @param directory that the entries go into: a path as that of [#object], empty for none
        /// @param names which entries are wanted
        /// @throws IOException when the listing should end
        default void archive(
                SourceObject archive, String directory, ArchiveFormat format, EntryNames names)
                throws IOException {
            throw new IllegalStateException("whoever lists takes no archive: " + archive.id());
        }

        /// A page has ended; a listing that continues `after` this neither skips nor repeats objects.
        void page(String after) throws IOException;
    }
}
