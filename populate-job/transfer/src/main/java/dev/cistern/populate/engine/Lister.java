package dev.cistern.populate.engine;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.target.UnsafeKeyException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Lists all sources into the catalog, one after the other, and at the end decides what was still undecided.
final class Lister {
    private final CopyContext context;
    private final CatalogFiller filler;

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

    /// Lists everything and completes the catalog.
    void run(Pages pages) throws FillException, InterruptedException {
        List<SourceListing> undecided = new ArrayList<>();
        for (int i = 0; i < context.inputs().size(); i++) {
            SourceListing listing = new SourceListing(context, filler, i, pages);
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
            } catch (IOException e) {
                context.check();
                throw FillException.ofTarget(e, "listing");
            }
        }
        listing.end();
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
