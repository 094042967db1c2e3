package dev.cistern.populate.engine;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.KeyPaths;
import dev.cistern.populate.target.PathClaims;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;

/// Lists all sources into the catalog, and decides for each key whether and where it goes.
final class Lister {
    private final CopyContext context;
    private final PathClaims claims;
    private final int targetBytes;
    private final long blockSize;
    private final long inlineBytes;
    private long files;
    private long spaceBytes;
    private long directories;
    private long impliedDirectories;
    private long nameBytes;
    private String lastPath = "";

    Lister(CopyContext context) throws IOException {
        this.context = context;
        this.claims = new PathClaims(context.target().foldsNames());
        this.targetBytes = context.target().pathBytes();
        this.blockSize = context.target().blockSize();
        this.inlineBytes = context.target().inlineBytes();
    }

    /// What a file's bytes take, without its inode.
    private long allotted(long size) {
        return size <= inlineBytes ? size : (size + blockSize - 1) / blockSize * blockSize;
    }

    /// What the file system will allot, in bytes.
    long spaceBytes() {
        return spaceBytes;
    }

    /// Files and directories that will be made.
    long inodes() {
        return files + directories;
    }

    /// What all of it needs of a volume.
    SpaceNeeds needs() {
        return new SpaceNeeds(
                spaceBytes, files, Math.max(directories, impliedDirectories), nameBytes);
    }

    /// Counts a path's name and the directories on the way that the path before it had not. A listing that is not sorted counts some
    /// of them more than once.
    private void countNames(String path) {
        int end = Math.min(path.length(), lastPath.length());
        int same = 0;
        while (same < end && path.charAt(same) == lastPath.charAt(same)) {
            same++;
        }
        int name = 0;
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '/') {
                impliedDirectories += i >= same ? 1 : 0;
                name = i + 1;
            }
        }
        nameBytes += path.length() - name;
        lastPath = path;
    }

    /// Is told of each page that another one follows.
    interface Pages {
        void more() throws FillException, IOException;
    }

    /// Lists everything; the catalog is complete afterwards.
    void run(Pages pages) throws FillException, InterruptedException {
        for (int i = 0; i < context.inputs().size(); i++) {
            list(i, context.inputs().get(i), pages);
        }
        context.meter().totalsFinal();
        context.catalog().complete();
    }

    private void list(int index, FillRequest.Input input, Pages pages)
            throws FillException, InterruptedException {
        Page page = new Page(index, input, pages);
        while (true) {
            try {
                input.source().list(page.after, page);
                break;
            } catch (SourceException.Retryable e) {
                context.check();
                page.patience.pause(e);
            } catch (SourceException e) {
                context.check();
                throw new FillException(e.reason(), String.valueOf(e.getMessage()), e);
            } catch (Rejected e) {
                throw e.reason;
            } catch (IOException e) {
                context.check();
                throw FillException.ofTarget(e, "listing");
            }
        }
        if (page.taken == 0) {
            String filtered =
                    page.seen == 0
                            ? ""
                            : "; include and exclude leave none of its " + page.seen + " objects";
            throw new FillException(
                    Reason.EMPTY_SOURCE,
                    "nothing to copy from " + input.source().name() + filtered,
                    null);
        }
        if (input.sha256() != null && page.takenFiles != 1) {
            throw new FillException(
                    Reason.INVALID_CONFIGURATION,
                    "sources["
                            + index
                            + "].sha256 pins one object, and "
                            + input.source().name()
                            + " has "
                            + page.takenFiles
                            + " there",
                    null);
        }
    }

    /// Carries a final verdict out of a listing.
    private static final class Rejected extends IOException {
        private static final long serialVersionUID = 1L;
        private final FillException reason;

        Rejected(FillException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    /// Takes one source's listing. A page that was cut off is listed again from its beginning: what was taken of it is skipped.
    private final class Page implements Source.Listing {
        private final int index;
        private final FillRequest.Input input;
        private final Pages pages;
        private final Globs globs;
        private final String into;
        private final Patience patience;
        private String after = "";
        private long seen;
        private long taken;
        private long takenFiles;

        Page(int index, FillRequest.Input input, Pages pages) throws FillException {
            this.pages = pages;
            this.index = index;
            this.input = input;
            this.patience = context.newPatience();
            try {
                this.globs = new Globs(input.include(), input.exclude());
                this.into = KeyPaths.into(input.into());
            } catch (IllegalArgumentException e) {
                throw new FillException(
                        Reason.INVALID_CONFIGURATION,
                        "sources[" + index + "]: " + e.getMessage(),
                        e);
            } catch (UnsafeKeyException e) {
                throw new FillException(
                        Reason.INVALID_CONFIGURATION,
                        "sources[" + index + "].into: " + e.getMessage(),
                        e);
            }
        }

        @Override
        public void object(SourceObject object, String path) throws IOException {
            seen++;
            if (!globs.takes(path)) {
                return;
            }
            try {
                KeyPaths.Place place = KeyPaths.place(into, path, object.key(), targetBytes);
                if (place.directory()) {
                    directory(object, place.path());
                } else {
                    file(object, place.path());
                }
            } catch (UnsafeKeyException e) {
                throw new Rejected(
                        new FillException(
                                Reason.UNSAFE_KEY,
                                e.getMessage() + " (" + input.source().name() + ")",
                                e));
            }
        }

        private void directory(SourceObject object, String path)
                throws IOException, UnsafeKeyException {
            if (object.size() > 0) {
                throw new UnsafeKeyException(object.key(), "ends with / and has content");
            }
            if (!path.isEmpty()) {
                claims.directory(path, object.key());
                add(path, null);
                directories++;
                spaceBytes += blockSize;
            }
        }

        private void file(SourceObject object, String path) throws IOException, UnsafeKeyException {
            claims.file(path, object.key());
            add(path, object);
            countNames(path);
            takenFiles++;
            files++;
            spaceBytes += allotted(object.size());
            context.meter().listed(object.size());
        }

        private void add(String path, @org.jspecify.annotations.Nullable SourceObject object)
                throws IOException {
            if (!context.catalog().add(index, path, object)) {
                throw new Rejected(
                        new FillException(
                                Reason.TOO_MANY_OBJECTS,
                                "more than "
                                        + context.catalog().size()
                                        + " objects do not fit the memory limit; raise it, or split"
                                        + " the source by prefix",
                                null));
            }
            taken++;
        }

        @Override
        public void page(String next) throws IOException {
            after = next;
            context.catalog().publish();
            patience.progress();
            if (context.ended()) {
                throw new RangeSink.Ended();
            }
            try {
                pages.more();
            } catch (FillException e) {
                throw new Rejected(e);
            }
        }
    }
}
