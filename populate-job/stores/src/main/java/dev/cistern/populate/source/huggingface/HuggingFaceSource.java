package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A repo at one commit, or a part of it.
final class HuggingFaceSource implements Source {
    private final Source files;
    private final HubCommit commit;

    /// @param files of the commit
    HuggingFaceSource(Source files, HubCommit commit) {
        this.files = files;
        this.commit = commit;
    }

    @Override
    public @Nullable String revision() {
        return commit.known();
    }

    @Override
    public void list(String after, Listing listing) throws SourceException, IOException {
        files.list(after, listing);
    }

    @Override
    public ObjectDetails describe(SourceObject object) throws SourceException {
        return files.describe(object);
    }

    @Override
    public void read(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        files.read(object, from, to, sink);
    }

    @Override
    public String name() {
        return files.name();
    }

    @Override
    public boolean overTls() {
        return files.overTls();
    }

    @Override
    public String identity() {
        return files.identity();
    }

    @Override
    public void close() {
        files.close();
    }
}
