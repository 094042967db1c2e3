package dev.cistern.populate.engine;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;

/// Requests metadata of single objects, with retries.
final class ObjectDescriber {
    private final CopyContext context;

    ObjectDescriber(CopyContext context) {
        this.context = context;
    }

    Source source(Catalog.Entry entry) {
        return context.inputs().get(entry.input()).source();
    }

    /// Requests an object's current metadata.
    ///
    /// @throws FillException when the request fails or the object is gone
    ObjectDetails describe(Catalog.Entry entry, SourceObject object)
            throws FillException, InterruptedException {
        return describe(source(entry), object);
    }

    /// The same of an object that is in no catalog.
    ObjectDetails describe(Source source, SourceObject object)
            throws FillException, InterruptedException {
        RetryPolicy retryPolicy = context.newRetryPolicy();
        while (true) {
            try {
                ObjectDetails details = source.describe(object);
                retryPolicy.progress();
                return details;
            } catch (SourceException.Retryable e) {
                context.check();
                retryPolicy.pause(e);
            } catch (SourceException.Changed e) {
                throw new FillException(e.reason(), e.getMessage() + "; it was listed before", e);
            } catch (SourceException e) {
                throw new FillException(e.reason(), String.valueOf(e.getMessage()), e);
            }
        }
    }
}
