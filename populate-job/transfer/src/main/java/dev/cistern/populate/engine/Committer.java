package dev.cistern.populate.engine;

import dev.cistern.populate.target.OpenTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes finished files durable, then visible, in batches, beside the copy.
///
/// The bargain: a file gets its own name only after its bytes were synced, and success is reported only after the names were. One
/// `syncfs` serves a whole batch, so ten thousand small files cost a handful of syncs instead of twenty thousand. Each
/// sync also vouches for what the journal said before it.
final class Committer implements Runnable {
    /// A batch is begun when so many wait, or half as many as may wait, ...
    private static final int BATCH_FILES = 1024;

    /// ... or so many bytes, ...
    private static final long BATCH_BYTES = 256L << 20;

    /// ... or the first has waited so long.
    private static final long BATCH_MILLIS = 1000;

    /// An unfinished object is synced each time that so much has come: some seconds' worth.
    private static final long CHECKPOINT_BYTES = 4L << 30;

    /// A file that has arrived whole.
    ///
    /// @param sha256 in hex; null where it is not asked for
    record Arrived(
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
    private final List<Arrived> waiting = new ArrayList<>();
    private long waitingBytes;
    private long firstNanos;
    private long checkpointBytes;
    private boolean draining;

    Committer(CopyContext context) {
        this.context = context;
        this.maxWaiting = context.request().budget().unnamedFiles();
        this.batchFiles = Math.min(BATCH_FILES, maxWaiting / 2);
    }

    /// Hands over a file; waits while too many do.
    synchronized void add(Arrived file) throws InterruptedException {
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

    /// Nothing more comes: commits what waits, then ends.
    synchronized void drain() {
        draining = true;
        notifyAll();
    }

    @Override
    public void run() {
        try {
            while (!context.ended()) {
                List<Arrived> batch = next();
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
            context.fail(Copier.bug(e));
        }
    }

    /// The next batch; empty at the end.
    private synchronized List<Arrived> next() throws InterruptedException, IOException {
        while (!draining && !context.ended() && !due()) {
            wait(BATCH_MILLIS / 4);
            checkpoint();
        }
        List<Arrived> batch = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        notifyAll();
        return batch;
    }

    /// Makes now and then what a large unfinished object has got durable, so that it need not be read again after a restart.
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

    private void commit(List<Arrived> batch) throws IOException, InterruptedException {
        OpenTarget target = context.target();
        Leftovers leftovers = context.leftovers();
        for (Arrived file : batch) {
            leftovers.making(file);
        }
        context.steps().reached(Steps.Step.BEFORE_SYNC);
        long recorded = context.journal().flush();
        if (context.request().durable()) {
            syncFiles(batch, recorded);
        }
        for (Arrived file : batch) {
            context.steps().reached(Steps.Step.BEFORE_RENAME);
            leftovers.past(() -> target.finish(file.id, file.path, file.sha256));
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
            context.steps().reached(Steps.Step.AFTER_RENAME);
        }
        context.journal().flush();
    }

    private void syncFiles(List<Arrived> batch, long recorded) throws IOException {
        if (context.target().syncFiles(batch.stream().mapToLong(Arrived::id).toArray())) {
            context.journal().synced(recorded);
        } else {
            // Pieces of unfinished files may lie in the page cache alone: only their own sync
            // vouches for them.
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
