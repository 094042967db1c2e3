package dev.cistern.populate.job;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.ProbeResult;
import dev.cistern.populate.wire.ProbeStage;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Asks a source for one page of its listing and for what the store knows of one object of it: whether it can be reached, whether it accepts the
/// credentials, whether they may list, and whether they may read what is listed. No object's bytes are fetched.
final class Probe {
    /// A store that is busy or restarts for a second is no news.
    private static final int MOST_TRIES = 3;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    /// A store's answer may ask for a longer pause; then the time of the whole probe ends it.
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

    private final Source source;
    private final Duration most;
    private final long startNanos;

    /// @param most time for all of it
    Probe(Source source, Duration most) {
        this.source = source;
        this.most = most;
        this.startNanos = System.nanoTime();
    }

    /// Enough was listed.
    private static final class Enough extends IOException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super("one page is enough");
        }
    }

    /// The first page.
    private static final class Page implements Source.Listing {
        /// What a page of most stores holds at most. A list of an HTTP server may be millions of lines long.
        private static final int MOST_OBJECTS = 1000;

        private @Nullable SourceObject example;
        private long objects;

        @Override
        public void object(SourceObject object, String path) throws IOException {
            objects++;
            SourceObject shown = example;
            // What is listed as empty may be the marker of a directory.
            if (shown == null || (shown.size() == 0 && object.size() != 0)) {
                example = object;
            }
            if (objects == MOST_OBJECTS) {
                throw new Enough();
            }
        }

        @Override
        public void page(String after) throws IOException {
            throw new Enough();
        }
    }

    /// What was found.
    ProbeResult run() throws InterruptedException {
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("probe")
                        .start(
                                () -> {
                                    try {
                                        result.complete(look());
                                    } catch (InterruptedException e) {
                                        result.completeExceptionally(e);
                                    } catch (RuntimeException | Error e) {
                                        result.completeExceptionally(e);
                                    }
                                });
        try {
            return result.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
            return ended(
                    ProbeStage.NONE,
                    Reason.SOURCE_STALLED,
                    source.name() + " gave no page of a listing within " + most.toSeconds() + " s",
                    0);
        } catch (ExecutionException e) {
            return ended(
                    ProbeStage.NONE,
                    Reason.INTERNAL_ERROR,
                    e.getCause() + " (a bug in cistern)",
                    0);
        }
    }

    private ProbeResult look() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        for (int tries = 1; ; tries++) {
            try {
                return listed(page());
            } catch (SourceException.Retryable e) {
                if (tries == MOST_TRIES) {
                    return ended(
                            ProbeStage.NONE,
                            e.reason(),
                            e.getMessage() + "; given up after " + tries + " attempts",
                            0);
                }
                long asked = Math.min(e.afterMillis(), LONGEST_PAUSE.toMillis());
                Thread.sleep(Math.max(asked, pause.toMillis()));
                pause = pause.multipliedBy(2);
            } catch (SourceException e) {
                return ended(ProbeStage.NONE, e.reason(), String.valueOf(e.getMessage()), 0);
            }
        }
    }

    private Page page() throws SourceException {
        Page page = new Page();
        try {
            source.list("", page);
        } catch (Enough e) {
            return page;
        } catch (IOException e) {
            throw new IllegalStateException("nothing but the page itself does I/O here", e);
        }
        return page;
    }

    private ProbeResult listed(Page page) {
        SourceObject example = page.example;
        if (example == null) {
            return ended(ProbeStage.LISTED, null, "", 0);
        }
        try {
            source.describe(example);
            return ended(ProbeStage.DESCRIBED, null, "", page.objects);
        } catch (SourceException.Changed e) {
            // It was there a moment ago; that it is gone says nothing about the store.
            return ended(ProbeStage.LISTED, null, "", page.objects);
        } catch (SourceException e) {
            return ended(
                    ProbeStage.LISTED, e.reason(), String.valueOf(e.getMessage()), page.objects);
        }
    }

    private ProbeResult ended(
            ProbeStage stage, @Nullable Reason reason, String message, long objects) {
        return new ProbeResult(
                stage,
                reason,
                message,
                source.name(),
                objects,
                (System.nanoTime() - startNanos) / 1e9);
    }
}
