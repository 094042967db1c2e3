package dev.cistern.populate.engine;

import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.wire.Verify;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What all threads of one fill share, and how one of them ends it for all.
final class CopyContext {
    private final FillRequest request;
    private final OpenTarget target;
    private final Journal journal;
    private final Catalog catalog;
    private final Outcomes outcomes;
    private final Resume resume;
    private final Leftovers leftovers;
    private final Meter meter;
    private final Steps steps;
    private final Bucket limiter;
    private final StoreLimit storeLimit = new StoreLimit();
    private final Patience.Shared patience;
    private final Traffic traffic = new Traffic();
    private @Nullable ExecutorService digesters;
    private volatile Runnable onFailure = () -> {};
    private final AtomicReference<@Nullable FillException> failure = new AtomicReference<>();

    CopyContext(FillRequest request, OpenTarget target, Journal journal, Meter meter, Steps steps) {
        this.request = request;
        this.target = target;
        this.journal = journal;
        MemoryBudget budget = request.budget();
        this.catalog = new Catalog(target.workFiles(), budget.entryBytes());
        this.outcomes = new Outcomes(target.workFiles(), budget.outcomeBytes(), wantsSha256());
        this.resume = new Resume(journal.done(), outcomes, budget.resumeBatch());
        this.leftovers = new Leftovers(this);
        this.meter = meter;
        this.steps = steps;
        // A tenth of a second's worth at once, so that a limit is felt as a rate and not as bursts.
        this.limiter = new Bucket(request.bytesPerSecond(), request.bytesPerSecond() / 10.0);
        this.patience = new Patience.Shared(request.timing(), meter, storeLimit);
    }

    FillRequest request() {
        return request;
    }

    List<FillRequest.Input> inputs() {
        return request.inputs();
    }

    Verify verify() {
        return request.verify();
    }

    OpenTarget target() {
        return target;
    }

    Journal journal() {
        return journal;
    }

    Catalog catalog() {
        return catalog;
    }

    /// What became of the catalog's objects.
    Outcomes outcomes() {
        return outcomes;
    }

    /// What earlier attempts finished.
    Resume resume() {
        return resume;
    }

    /// What earlier attempts made and is not listed any more.
    Leftovers leftovers() {
        return leftovers;
    }

    /// Whether every file's SHA-256 is to be known.
    boolean wantsSha256() {
        return request.manifest().sha256() || target.needsSha256();
    }

    /// Reads what has arrived for digests that need its order: a thread for each processor at most.
    synchronized Executor digesters() {
        ExecutorService found = digesters;
        if (found == null) {
            found =
                    Executors.newFixedThreadPool(
                            Runtime.getRuntime().availableProcessors(),
                            work -> {
                                Thread thread = new Thread(null, work, "digester", 256 * 1024);
                                thread.setDaemon(true);
                                return thread;
                            });
            digesters = found;
        }
        return found;
    }

    /// Nothing is read any more.
    synchronized void close() {
        ExecutorService found = digesters;
        if (found != null) {
            found.shutdownNow();
        }
    }

    Meter meter() {
        return meter;
    }

    Steps steps() {
        return steps;
    }

    Bucket limiter() {
        return limiter;
    }

    Traffic traffic() {
        return traffic;
    }

    StoreLimit storeLimit() {
        return storeLimit;
    }

    Patience newPatience() {
        return new Patience(patience);
    }

    /// Ends the fill; the first reason is kept.
    void fail(FillException reason) {
        if (failure.compareAndSet(null, reason)) {
            catalog.fail();
            onFailure.run();
        }
    }

    /// What to do, besides, at the first failure.
    void onFailure(Runnable action) {
        onFailure = action;
    }

    /// Whether the fill has failed.
    boolean ended() {
        return failure.get() != null;
    }

    /// @throws FillException why the fill has failed, if it has
    void check() throws FillException {
        FillException reason = failure.get();
        if (reason != null) {
            throw reason;
        }
    }
}
