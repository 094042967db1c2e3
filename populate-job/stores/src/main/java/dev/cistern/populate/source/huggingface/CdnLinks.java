package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.Redirect;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Where the Hub has sent requests for large files: their other ranges are asked for there at once. The Hub counts
/// requests to it, and a file of hundreds of gigabytes has thousands of ranges.
final class CdnLinks {
    /// A smaller file is fetched by one request.
    private static final long LEAST_BYTES = 16L << 20;

    /// Signed links hold for an hour. One that was refused earlier is asked for anew.
    private static final long MOST_NANOS = 600_000_000_000L;

    /// Some 2 MiB of links; so many files are not under way at once.
    private static final int MOST_LINKS = 1024;

    private final LongSupplier nanoTime;
    private final Map<String, Link> links =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Link> eldest) {
                    return size() > MOST_LINKS;
                }
            };

    /// A link, and when it was given.
    record Link(Redirect to, long givenNanos) {}

    /// @param nanoTime a clock that only moves forward
    CdnLinks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Keeps a link, if the file is large.
    synchronized void put(SourceObject file, Redirect to) {
        if (file.size() >= LEAST_BYTES) {
            links.put(file.id(), new Link(to, nanoTime.getAsLong()));
        }
    }

    /// The link of a file that may still hold; null where there is none.
    synchronized @Nullable Link get(SourceObject file) {
        Link link = links.get(file.id());
        if (link != null && nanoTime.getAsLong() - link.givenNanos > MOST_NANOS) {
            links.remove(file.id());
            return null;
        }
        return link;
    }

    /// A link is of no use any more.
    synchronized void drop(SourceObject file, Link link) {
        links.remove(file.id(), link);
    }
}
