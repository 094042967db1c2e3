package dev.cistern.populate.engine;

import dev.cistern.populate.engine.Catalog.MarkerName;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.KeyPaths;
import dev.cistern.populate.target.PathClaims;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lists all sources into the catalog, and decides for each key whether and where it goes.
final class Lister {
    private record Listed(SourceObject object, String path) {}

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
    private long sortedBytes;

    Lister(CopyContext context) throws IOException {
        this.context = context;
        this.claims = newClaims(context);
        this.targetBytes = context.target().pathBytes();
        this.blockSize = context.target().blockSize();
        this.inlineBytes = context.target().inlineBytes();
    }

    /// What a file's bytes take, without its inode.
    private long allotted(long listed) {
        // What is not known yet is neither nothing nor anything else: it is counted when it is
        // there.
        long size = Math.max(0, listed);
        return size <= inlineBytes ? size : (size + blockSize - 1) / blockSize * blockSize;
    }

    private static PathClaims newClaims(CopyContext context) throws IOException {
        return new PathClaims(
                context.target().foldsNames(), context.request().budget().hashedPaths());
    }

    /// What the file system will allot, in bytes.
    long spaceBytes() {
        return spaceBytes;
    }

    /// What the engine's own files beside the journal take until the end, in bytes.
    long ownBytes() {
        long sorting = claims.deferred() ? sortedBytes : 0;
        return context.catalog().spilledBytes()
                + context.outcomes().spilledBytes(context.catalog().size())
                + context.journal().done().spilledBytes()
                + sorting;
    }

    /// Files and directories that will be made.
    long inodes() {
        return files + Math.max(directories, claims.directories());
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
        end();
        context.meter().totalsFinal();
        context.catalog().complete();
    }

    /// Decides what could not be decided while the listing went on.
    private void end() throws FillException {
        try {
            if (claims.deferred()) {
                directories = new DeferredClaims(context, newClaims(context)).check();
            }
            context.resume().settle();
        } catch (Rejected e) {
            throw e.reason;
        } catch (IOException e) {
            context.check();
            throw FillException.ofTarget(e, "listing");
        }
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
                page.again();
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
        page.end();
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
    static final class Rejected extends IOException {
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
        private final FolderMarkers markers;

        /// The first page, until it is known whether it is in order; null from then on.
        private @Nullable List<Listed> first = new ArrayList<>();

        private String after = "";
        private long seen;
        private long taken;
        private long takenFiles;

        Page(int index, FillRequest.Input input, Pages pages) throws FillException {
            this.pages = pages;
            this.index = index;
            this.input = input;
            this.patience = context.newPatience();
            this.markers = new FolderMarkers(this::isTree, new Emptied());
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
            List<Listed> held = first;
            if (held != null) {
                held.add(new Listed(object, path));
            } else {
                take(object, path);
            }
        }

        /// The first page has ended.
        private void takeFirst() throws IOException {
            List<Listed> held = first;
            first = null;
            if (held != null) {
                markers.firstPage(held.stream().map(Listed::path).toList());
                for (Listed listed : held) {
                    take(listed.object, listed.path);
                }
            }
        }

        private void take(SourceObject object, String path) throws IOException {
            try {
                markers.listed(path);
                if (globs.takes(path)) {
                    takeWanted(object, path);
                }
            } catch (UnsafeKeyException e) {
                throw unsafe(e);
            } catch (FolderMarkers.TooMany e) {
                throw new Rejected(
                        new FillException(
                                Reason.TOO_MANY_OBJECTS,
                                input.source().name()
                                        + " is listed in no order and has more empty objects than"
                                        + " can be told from folder markers; split it by prefix, or"
                                        + " exclude some",
                                e));
            }
        }

        /// What was given of the first page will be given again.
        void again() {
            List<Listed> held = first;
            if (held != null) {
                seen -= held.size();
                held.clear();
            }
        }

        private void takeWanted(SourceObject object, String path)
                throws IOException, UnsafeKeyException {
            String suffix = MarkerName.FOLDER.suffix();
            boolean folder = object.size() == 0 && path.endsWith(suffix);
            String named = folder ? path.substring(0, path.length() - suffix.length()) + "/" : path;
            KeyPaths.Place place = KeyPaths.place(into, named, object.id(), targetBytes);
            if (place.directory()) {
                directory(
                        object,
                        place.path(),
                        folder
                                ? MarkerName.FOLDER
                                : path.isEmpty() ? MarkerName.PLAIN : MarkerName.SLASH);
            } else if (object.size() == 0) {
                markers.empty(object, path);
            } else {
                file(object, place.path());
            }
        }

        /// Everything was listed.
        void end() throws FillException {
            try {
                takeFirst();
                markers.end();
            } catch (Rejected e) {
                throw e.reason;
            } catch (UnsafeKeyException e) {
                throw unsafe(e).reason;
            } catch (IOException e) {
                throw FillException.ofTarget(e, "listing");
            }
        }

        private Rejected unsafe(UnsafeKeyException e) {
            return new Rejected(
                    new FillException(
                            Reason.UNSAFE_KEY,
                            e.getMessage() + " (" + input.source().name() + ")",
                            e));
        }

        private String placed(String path) {
            return into.isEmpty() ? path : into + "/" + path;
        }

        private boolean isTree(String path) {
            return claims.isDirectory(placed(path));
        }

        /// Takes the empty objects that were held back.
        private final class Emptied implements FolderMarkers.Taker {
            @Override
            public void file(SourceObject object, String path)
                    throws IOException, UnsafeKeyException {
                Page.this.file(object, placed(path));
            }

            @Override
            public void directory(SourceObject object, String path)
                    throws IOException, UnsafeKeyException {
                Page.this.directory(object, placed(path), MarkerName.PLAIN);
            }
        }

        private void directory(SourceObject object, String path, MarkerName name)
                throws IOException, UnsafeKeyException {
            if (object.size() > 0) {
                throw new UnsafeKeyException(object.id(), "ends with / and has content");
            }
            SourceObject marker = Catalog.kept(object);
            // The target itself is there, but its marker is asked about like any other.
            if (!path.isEmpty()) {
                claims.directory(path, object.id());
                taken++;
                spaceBytes += blockSize;
            }
            added(path, context.catalog().addDirectory(index, path, name, marker));
        }

        private void file(SourceObject listed, String path) throws IOException, UnsafeKeyException {
            SourceObject object = Catalog.kept(listed);
            claims.file(path, object.id());
            int number = added(path, context.catalog().add(index, path, object));
            countNames(path);
            taken++;
            takenFiles++;
            files++;
            spaceBytes += allotted(object.size());
            context.meter().listed(object.size());
            Resume resume = context.resume();
            if (resume.wantsIds()
                    && resume.listed(number, ObjectOpener.idOf(input.source(), object, path))) {
                resume.settle();
                publish();
            }
        }

        /// An entry was added to the catalog.
        private int added(String path, int number) throws Rejected {
            if (number < 0) {
                throw new Rejected(
                        new FillException(
                                Reason.TOO_MANY_OBJECTS,
                                "more than "
                                        + Catalog.MAX_OBJECTS
                                        + " objects; split the source by prefix",
                                null));
            }
            sortedBytes += 2L * (path.length() + DeferredClaims.RECORD_BYTES);
            return number;
        }

        /// Shows the streams what was listed, unless something about it is not decided.
        private void publish() {
            if (!claims.deferred() && context.resume().settled()) {
                context.catalog().publish();
            }
        }

        @Override
        public void page(String next) throws IOException {
            takeFirst();
            after = next;
            publish();
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
