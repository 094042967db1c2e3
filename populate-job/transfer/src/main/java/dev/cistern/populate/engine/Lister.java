package dev.cistern.populate.engine;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lists all sources into the catalog, one after the other, and at the end decides what was still undecided.
final class Lister {
    private final CopyContext context;
    private final CatalogFiller filler;
    private @Nullable Unpacker unpacker;

    Lister(CopyContext context) throws IOException {
        this.context = context;
        this.filler = new CatalogFiller(context);
    }

    /// The objects listed so far.
    CatalogFiller listed() {
        return filler;
    }

    /// Called after each page that is followed by another.
    interface Pages {
        void more() throws FillException, IOException;
    }

    /// Lists everything, and takes archives apart; the catalog is complete afterwards.
    void run(Pages pages) throws FillException, InterruptedException {
        Unpacker unpacking = new Unpacker(context, filler);
        unpacker = unpacking;
        List<SourceListing> undecided = new ArrayList<>();
        for (int i = 0; i < context.inputs().size(); i++) {
            SourceListing listing = new SourceListing(context, filler, unpacking, i, pages);
            list(context.inputs().get(i).source(), listing);
            if (listing.decided()) {
                listing.check(0);
            } else {
                undecided.add(listing);
            }
        }
        end();
        for (SourceListing listing : undecided) {
            listing.check(filler.markers(listing.index()));
        }
        context.meter().totalsFinal();
        context.catalog().complete();
    }

    private void end() throws FillException {
        try {
            filler.end();
            context.resume().settle();
        } catch (Rejected e) {
            throw e.reason;
        } catch (IOException e) {
            context.check();
            throw FillException.ofTarget(e, "listing");
        }
    }

    private void list(Source source, SourceListing listing)
            throws FillException, InterruptedException {
        while (true) {
            try {
                source.list(listing.after(), listing);
                break;
            } catch (SourceException.Retryable e) {
                context.check();
                listing.restartPage();
                listing.retryPolicy().pause(e);
            } catch (SourceException e) {
                context.check();
                throw new FillException(e.reason(), String.valueOf(e.getMessage()), e);
            } catch (Rejected e) {
                throw e.reason;
            } catch (Interrupted e) {
                throw new InterruptedException();
            } catch (IOException e) {
                context.check();
                throw FillException.ofTarget(e, "listing");
            }
        }
        listing.end();
    }

    /// Gives what was unpacked its names. Everything is listed and checked.
    void commitUnpacked(Committer committer) throws FillException, InterruptedException {
        if (unpacker != null) {
            unpacker.commit(committer);
        }
    }

    /// Carries an interrupt out of a listing.
    static final class Interrupted extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /// Carries a final failure out of a listing.
    static final class Rejected extends IOException {
        private static final long serialVersionUID = 1L;
        private final FillException reason;

        Rejected(FillException reason) {
            super(reason);
            this.reason = reason;
        }

        /// A key has no valid path.
        static Rejected unsafe(Source source, UnsafeKeyException e) {
            return new Rejected(
                    new FillException(
                            Reason.UNSAFE_KEY, e.getMessage() + " (" + source.name() + ")", e));
        }

        FillException reason() {
            return reason;
        }
    }
}
