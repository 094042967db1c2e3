package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;

/// Asks sources what they know of single objects, as often as it takes.
final class ObjectDescriber {
    private final CopyContext context;

    ObjectDescriber(CopyContext context) {
        this.context = context;
    }

    Source source(Catalog.Entry entry) {
        return context.inputs().get(entry.input()).source();
    }

    /// What the store knows about an object now.
    ///
    /// @throws FillException when it does not say, or the object is gone
    ObjectDetails describe(Catalog.Entry entry, SourceObject object)
            throws FillException, InterruptedException {
        Patience patience = context.newPatience();
        while (true) {
            try {
                ObjectDetails details = source(entry).describe(object);
                patience.progress();
                return details;
            } catch (SourceException.Retryable e) {
                context.check();
                patience.pause(e);
            } catch (SourceException.Changed e) {
                throw new FillException(e.reason(), e.getMessage() + "; it was listed before", e);
            } catch (SourceException e) {
                throw new FillException(e.reason(), String.valueOf(e.getMessage()), e);
            }
        }
    }
}
