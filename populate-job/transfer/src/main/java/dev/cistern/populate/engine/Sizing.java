package dev.cistern.populate.engine;

import dev.cistern.populate.source.EntryNames;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.SourceSize;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Lists the sources of a fill as the fill would, with all its checks of keys and patterns, and computes what they need
/// of a volume. Nothing is copied.
///
/// The target only holds files for object metadata that does not fit in memory, and is empty again afterwards.
public final class Sizing {
    /// An object whose listing gives no size is asked for it, one after the other: a thousand take a minute at the
    /// usual 50 ms. The sizes of further ones stay unknown.
    static final int MAX_ASKED = 1000;

    /// Allocation unit of the volume, in bytes: that of the usual file systems. The target's own may be another.
    private static final long BLOCK_BYTES = 4096;

    private final FillRequest request;
    private final Meter meter;

    /// @param request its target is for temporary files; inputs must not be unpacked
    public Sizing(FillRequest request, Meter meter) {
        this.request = request;
        this.meter = meter;
    }

    /// Lists everything.
    ///
    /// @throws FillException when a fill would fail on the listing, and when the source consists of archives
    /// @throws InterruptedException when the thread was interrupted
    public SourceSize run() throws FillException, InterruptedException {
        Fill.requireUtf8Names();
        try (OpenTarget target = request.target().open(false)) {
            try {
                return run(target);
            } finally {
                target.removeOwn();
            }
        } catch (IOException e) {
            throw FillException.ofTarget(e, "working in " + request.target().name());
        }
    }

    private SourceSize run(OpenTarget target)
            throws IOException, FillException, InterruptedException {
        DoneRecords done = new DoneRecords(target.workFiles(), request.budget().doneObjects());
        try (Journal journal = Journal.open(target::openJournal, false, done)) {
            CopyContext context =
                    new CopyContext(listedOnly(), target, journal, meter, FaultPoints.NONE);
            Lister lister = new Lister(context);
            lister.run(() -> {});
            return new Sum(context).of(lister.listed().needs());
        }
    }

    private FillRequest listedOnly() {
        return new FillRequest(
                request.target(),
                request.inputs().stream().map(Sizing::listedOnly).toList(),
                0,
                request.verify(),
                request.bytesPerSecond(),
                request.connections(),
                request.budget(),
                false,
                false,
                request.timing());
    }

    private static FillRequest.Input listedOnly(FillRequest.Input input) {
        if (input.unpack() != null) {
            throw new IllegalArgumentException("the size of unpacked archives is not known");
        }
        return new FillRequest.Input(
                new ListedOnly(input.source()),
                input.into(),
                input.include(),
                input.exclude(),
                input.sha256());
    }

    /// Adds up the catalog.
    private static final class Sum {
        private final CopyContext context;
        private final ObjectDescriber describer;
        private long files;
        private long bytes;
        private long blocks;
        private long unsized;
        private int asked;
        private SourceSize.@Nullable Largest largest;

        Sum(CopyContext context) {
            this.context = context;
            this.describer = new ObjectDescriber(context);
        }

        /// @param listed for the directories and names, which do not depend on sizes
        SourceSize of(SpaceNeeds listed) throws IOException, FillException, InterruptedException {
            Catalog.Cursor cursor = context.catalog().cursor();
            for (Catalog.Entry entry = cursor.nextListed();
                    entry != null;
                    entry = cursor.nextListed()) {
                add(entry);
            }
            SpaceNeeds needs =
                    new SpaceNeeds(blocks, files, listed.directories(), listed.nameBytes());
            return new SourceSize(files, bytes, unsized, largest, needs.newVolumeMebibytes());
        }

        private void add(Catalog.Entry entry) throws FillException, InterruptedException {
            SourceObject object = entry.object();
            if (object == null) {
                blocks += entry.path().isEmpty() ? 0 : BLOCK_BYTES;
                return;
            }
            files++;
            long size = object.sized() ? object.size() : askedSize(entry, object);
            if (size == SourceObject.UNKNOWN_SIZE) {
                unsized++;
                return;
            }
            bytes += size;
            blocks += (size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
            if (largest == null || size > largest.bytes()) {
                largest = new SourceSize.Largest(entry.path(), size);
            }
        }

        private long askedSize(Catalog.Entry entry, SourceObject object)
                throws FillException, InterruptedException {
            if (asked == MAX_ASKED) {
                return SourceObject.UNKNOWN_SIZE;
            }
            asked++;
            long size = describer.describe(entry, object).object().size();
            context.meter().sizeChanged(object.size(), size);
            return size;
        }
    }

    /// A source whose archives are refused: what is in them is known only when they are read.
    private record ListedOnly(Source source) implements Source {
        @Override
        public void list(String after, Listing listing) throws SourceException, IOException {
            source.list(
                    after,
                    new Listing() {
                        @Override
                        public void object(SourceObject object, String path) throws IOException {
                            listing.object(object, path);
                        }

                        @Override
                        public void archive(
                                SourceObject archive,
                                String directory,
                                ArchiveFormat format,
                                EntryNames names)
                                throws IOException {
                            throw new Lister.Rejected(packed(archive));
                        }

                        @Override
                        public void page(String next) throws IOException {
                            listing.page(next);
                        }
                    });
        }

        private FillException packed(SourceObject archive) {
            return new FillException(
                    Reason.INVALID_CONFIGURATION,
                    "what is copied from "
                            + source.name()
                            + " is packed in archives such as \""
                            + archive.id()
                            + "\""
                            + (archive.sized() ? " of " + archive.size() + " bytes" : "")
                            + "; how large their contents are is known only when they are copied:"
                            + " fill a directory, and measure that",
                    null);
        }

        @Override
        public ObjectDetails describe(SourceObject object) throws SourceException {
            return source.describe(object);
        }

        @Override
        public void read(SourceObject object, long from, long to, ObjectSink sink)
                throws SourceException, IOException {
            source.read(object, from, to, sink);
        }

        @Override
        public @Nullable String revision() {
            return source.revision();
        }

        @Override
        public String name() {
            return source.name();
        }

        @Override
        public boolean overTls() {
            return source.overTls();
        }

        @Override
        public String identity() {
            return source.identity();
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
