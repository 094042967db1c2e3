package dev.cistern.populate.engine;

import dev.cistern.populate.target.OpenTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes complete files durable, then visible, in batches, in parallel with the copy.
///
/// A file is renamed to its final path only after its data was synced, and success is reported only after the names
/// were synced. One `syncfs` covers a whole batch, so ten thousand small files need a handful of syncs instead of
/// twenty thousand. Each sync also makes the journal records before it trustworthy.
final class Committer implements Runnable {
    /// A batch starts when this many files wait (or half of the maximum that may wait), ...
    private static final int BATCH_FILES = 1024;

    /// ... or this many bytes, ...
    private static final long BATCH_BYTES = 256L << 20;

    /// ... or when the first has waited this long.
    private static final long BATCH_MILLIS = 1000;

    /// An incomplete object is synced after each such amount of data: some seconds' worth.
    private static final long CHECKPOINT_BYTES = 4L << 30;

    /// A file with all its data.
    ///
    /// @param sha256 in hex; null where it is not requested
    record CompleteFile(
            int index,
            long id,
            String path,
            long size,
            long modifiedMillis,
            Journal.Done done,
            @Nullable String sha256) {}

    private final CopyContext context;
    private final int maxWaiting;
    private final int batchFiles;
    private final List<CompleteFile> waiting = new ArrayList<>();
    private long waitingBytes;
    private long firstNanos;
    private long checkpointBytes;
    private boolean draining;

    Committer(CopyContext context) {
        this.context = context;
        this.maxWaiting = context.request().budget().unnamedFiles();
        this.batchFiles = Math.min(BATCH_FILES, maxWaiting / 2);
    }

    /// Adds a file; blocks while the queue is full.
    synchronized void add(CompleteFile file) throws InterruptedException {
        while (waiting.size() >= maxWaiting && !context.ended()) {
            wait(100);
        }
        if (waiting.isEmpty()) {
            firstNanos = System.nanoTime();
        }
        waiting.add(file);
        waitingBytes += file.size;
        if (waiting.size() >= batchFiles || waitingBytes >= BATCH_BYTES) {
            notifyAll();
        }
    }

    /// No more files follow: commits the remaining ones and ends.
    synchronized void drain() {
        draining = true;
        notifyAll();
    }

    @Override
    public void run() {
        try {
            while (!context.ended()) {
                List<CompleteFile> batch = next();
                if (batch.isEmpty()) {
                    finish();
                    return;
                }
                commit(batch);
            }
        } catch (IOException e) {
            context.fail(FillException.ofTarget(e, "making files durable"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            context.fail(Copier.internalError(e));
        }
    }

    /// Returns the next batch; empty at the end.
    private synchronized List<CompleteFile> next() throws InterruptedException, IOException {
        while (!draining && !context.ended() && !due()) {
            wait(BATCH_MILLIS / 4);
            checkpoint();
        }
        List<CompleteFile> batch = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        notifyAll();
        return batch;
    }

    /// Syncs large incomplete objects from time to time, so that a restart need not read their data again.
    private void checkpoint() throws IOException {
        long fetched = context.meter().counts().bytesFetched();
        if (fetched - checkpointBytes >= CHECKPOINT_BYTES && context.request().durable()) {
            long recorded = context.journal().flush();
            if (context.target().syncAll()) {
                context.journal().synced(recorded);
            }
            checkpointBytes = fetched;
        }
    }

    private boolean due() {
        return waiting.size() >= batchFiles
                || waitingBytes >= BATCH_BYTES
                || (!waiting.isEmpty()
                        && System.nanoTime() - firstNanos > BATCH_MILLIS * 1_000_000);
    }

    private void commit(List<CompleteFile> batch) throws IOException, InterruptedException {
        OpenTarget target = context.target();
        Leftovers leftovers = context.leftovers();
        for (CompleteFile file : batch) {
            leftovers.making(file);
        }
        context.faultPoints().reached(FaultPoints.Point.BEFORE_SYNC);
        long recorded = context.journal().flush();
        if (context.request().durable()) {
            syncFiles(batch, recorded);
        }
        for (CompleteFile file : batch) {
            context.faultPoints().reached(FaultPoints.Point.BEFORE_RENAME);
            leftovers.retryAfterRemoval(() -> target.finish(file.id, file.path, file.sha256));
            context.journal().done(file.id, file.size, file.modifiedMillis, file.done);
            context.outcomes()
                    .copied(
                            file.index,
                            new Outcomes.Copied(
                                    file.done.kind(),
                                    file.done.digest(),
                                    file.size,
                                    file.modifiedMillis,
                                    file.sha256));
            context.meter().fileDone();
            context.faultPoints().reached(FaultPoints.Point.AFTER_RENAME);
        }
        context.journal().flush();
    }

    private void syncFiles(List<CompleteFile> batch, long recorded) throws IOException {
        if (context.target().syncFiles(batch.stream().mapToLong(CompleteFile::id).toArray())) {
            context.journal().synced(recorded);
        } else {
            // Pieces of incomplete files may be in the page cache only: only a sync of these files
            // covers them.
            context.journal().syncedFinished(recorded);
        }
    }

    /// Makes the names durable.
    private void finish() throws IOException {
        if (context.request().durable()) {
            context.target().syncNames();
        }
    }
}
