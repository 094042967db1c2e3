package dev.cistern.populate.engine;

import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// State shared by all threads of one fill, including its first failure.
final class CopyContext {
    private final FillRequest request;
    private final OpenTarget target;
    private final Journal journal;
    private final boolean foldsNames;
    private final Catalog catalog;
    private final Outcomes outcomes;
    private final Resume resume;
    private final Leftovers leftovers;
    private final Meter meter;
    private final FaultPoints faultPoints;
    private final UnpackedEntries unpacked = new UnpackedEntries();
    private volatile boolean held;
    private final RateLimiter limiter;
    private final StoreLimit storeLimit = new StoreLimit();
    private final RetryPolicy.Shared retryPolicy;
    private final Traffic traffic = new Traffic();
    private final CpuPressure cpuPressure = new CpuPressure();
    private @Nullable ExecutorService digesters;
    private volatile Runnable onFailure = () -> {};
    private final AtomicReference<@Nullable FillException> failure = new AtomicReference<>();

    CopyContext(
            FillRequest request,
            OpenTarget target,
            Journal journal,
            Meter meter,
            FaultPoints faultPoints)
            throws IOException {
        this.request = request;
        this.target = target;
        this.journal = journal;
        this.foldsNames = target.foldsNames();
        MemoryBudget budget = request.budget();
        this.catalog = new Catalog(target.workFiles(), budget.entryBytes());
        this.outcomes = new Outcomes(target.workFiles(), budget.outcomeBytes(), wantsSha256());
        this.resume = new Resume(journal.done(), outcomes, budget.resumeBatch());
        this.leftovers = new Leftovers(this);
        this.meter = meter;
        this.faultPoints = faultPoints;
        // The burst is a tenth of a second's worth, so that the limit acts as a steady rate.
        this.limiter = new RateLimiter(request.bytesPerSecond(), request.bytesPerSecond() / 10.0);
        this.retryPolicy = new RetryPolicy.Shared(request.timing(), meter, storeLimit);
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

    /// Whether names that differ in case or Unicode normalization are one on the target.
    boolean foldsNames() {
        return foldsNames;
    }

    Journal journal() {
        return journal;
    }

    Catalog catalog() {
        return catalog;
    }

    /// Outcomes of the catalog's objects.
    Outcomes outcomes() {
        return outcomes;
    }

    /// Objects completed by earlier attempts.
    Resume resume() {
        return resume;
    }

    /// Files of earlier attempts that are no longer listed.
    Leftovers leftovers() {
        return leftovers;
    }

    /// Whether every file's SHA-256 is requested.
    boolean wantsSha256() {
        return request.manifest().sha256() || target.needsSha256();
    }

    /// Executor that reads files for digests that need the bytes in order: at most one thread per processor.
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

    /// Shuts the executor down.
    synchronized void close() {
        ExecutorService found = digesters;
        if (found != null) {
            found.shutdownNow();
        }
    }

    /// What of the catalog comes out of archives.
    UnpackedEntries unpacked() {
        return unpacked;
    }

    /// Nothing more is to be written: the volume is too small, and only by how much is still to be found out.
    void hold() {
        held = true;
    }

    boolean held() {
        return held;
    }

    Meter meter() {
        return meter;
    }

    FaultPoints faultPoints() {
        return faultPoints;
    }

    RateLimiter limiter() {
        return limiter;
    }

    Traffic traffic() {
        return traffic;
    }

    CpuPressure cpuPressure() {
        return cpuPressure;
    }

    StoreLimit storeLimit() {
        return storeLimit;
    }

    RetryPolicy newRetryPolicy() {
        return new RetryPolicy(retryPolicy);
    }

    /// Fails the fill; the first reason is kept.
    void fail(FillException reason) {
        if (failure.compareAndSet(null, reason)) {
            catalog.fail();
            onFailure.run();
        }
    }

    /// Registers an action for the first failure.
    void onFailure(Runnable action) {
        onFailure = action;
    }

    /// Whether the fill has failed.
    boolean ended() {
        return failure.get() != null;
    }

    /// @throws FillException if the fill has failed
    void check() throws FillException {
        FillException reason = failure.get();
        if (reason != null) {
            throw reason;
        }
    }
}
