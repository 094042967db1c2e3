package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Copies the catalog's objects with a number of streams, each with one thread and one connection.
///
/// A stream takes a pending range of an object in progress, else the next object, else a part of another stream's
/// range. So many small objects and one huge object both keep all connections busy.
final class Copier {
    /// Stack size of a stream: no recursion beyond a few frames of TLS.
    private static final long STACK_BYTES = 512 * 1024;

    private final CopyContext context;
    private final Committer committer;
    private final ObjectOpener opener;
    private final Catalog.Cursor cursor;
    private final Object cursorLock = new Object();
    private final Restarts restarts = new Restarts();
    private final List<Thread> threads = new ArrayList<>();
    private final WorkQueue queue;

    Copier(CopyContext context, Committer committer) {
        this.context = context;
        this.committer = committer;
        this.opener = new ObjectOpener(context, committer);
        this.cursor = context.catalog().cursor();
        this.queue = new WorkQueue(context, restarts);
    }

    /// Wraps an unexpected failure.
    static FillException internalError(Throwable e) {
        StackTraceElement[] stack = e.getStackTrace();
        return new FillException(
                Reason.INTERNAL_ERROR,
                e + (stack.length == 0 ? "" : " at " + stack[0]) + " (a bug in cistern)",
                e);
    }

    /// Sets the number of streams; surplus ones stop after their current range.
    synchronized void streams(int count) {
        int most = count;
        for (int i = threads.size(); i < count; i++) {
            int number = i;
            Thread thread = new Thread(null, () -> work(number), "stream-" + i, STACK_BYTES);
            thread.setDaemon(true);
            try {
                thread.start();
            } catch (OutOfMemoryError e) {
                if (threads.isEmpty()) {
                    throw e;
                }
                // The process may not create more threads; continue with the ones it has.
                most = i;
                break;
            }
            threads.add(thread);
        }
        queue.streams(most);
    }

    /// Passes on the measured speed of a connection.
    void speed(Ranges.Speed speed) {
        queue.speed(speed);
    }

    /// Waits until everything is copied or the fill has failed.
    void join() throws InterruptedException {
        for (int i = 0; ; i++) {
            Thread thread;
            synchronized (this) {
                if (i == threads.size()) {
                    return;
                }
                thread = threads.get(i);
            }
            thread.join();
        }
    }

    /// Interrupts all streams.
    void interrupt() {
        synchronized (this) {
            threads.forEach(Thread::interrupt);
        }
        queue.check();
    }

    private void work(int number) {
        try {
            if (number < CpuPressure.SAMPLES) {
                context.cpuPressure().observe();
            }
            Traffic.Stopwatch stopwatch = context.traffic().new Stopwatch();
            while (true) {
                @Nullable RangeSink sink = next(number, stopwatch);
                if (sink == null) {
                    return;
                }
                copy(sink, number, stopwatch);
            }
        } catch (FillException e) {
            context.fail(e);
        } catch (InterruptedException e) {
            context.fail(new FillException(Reason.INTERRUPTED, "the fill was interrupted", e));
        } catch (RuntimeException | Error e) {
            context.fail(internalError(e));
        } finally {
            queue.check();
        }
    }

    private @Nullable RangeSink next(int number, Traffic.Stopwatch stopwatch)
            throws InterruptedException, FillException {
        while (true) {
            stopwatch.worked();
            WorkQueue.Step step = queue.next(number);
            stopwatch.skip();
            @Nullable RangeSink sink =
                    switch (step) {
                        case null -> null;
                        case WorkQueue.Step.Fetch(ObjectCopy copy, ObjectCopy.Range range) ->
                                new RangeSink(context, queue, copy, range);
                        case WorkQueue.Step.Resume(RangeSink resumed) -> resumed;
                        case WorkQueue.Step.Begin(WorkQueue.Start start) -> begin(start, stopwatch);
                    };
            if (step == null || sink != null) {
                return sink;
            }
        }
    }

    private @Nullable RangeSink begin(WorkQueue.@Nullable Start given, Traffic.Stopwatch stopwatch)
            throws InterruptedException, FillException {
        WorkQueue.Start start = given;
        boolean last = false;
        try {
            if (start == null) {
                start = nextEntry();
                stopwatch.skip();
                last = start == null;
            }
            return start == null ? null : open(start, stopwatch);
        } finally {
            queue.started(last);
        }
    }

    private WorkQueue.@Nullable Start nextEntry() throws InterruptedException, FillException {
        Catalog.Entry entry;
        // The cursor blocks while the listing continues; holding this object's lock meanwhile would
        // block other
        // streams.
        try {
            synchronized (cursorLock) {
                do {
                    entry = cursor.next();
                } while (entry != null && context.unpacked().contains(entry.index()));
            }
        } catch (IOException e) {
            throw FillException.ofTarget(e, "reading the catalog");
        }
        if (entry == null) {
            return null;
        }
        SourceObject listed = entry.object();
        return new WorkQueue.Start(
                entry, listed == null ? ObjectOpener.DIRECTORY : listed, 0, null);
    }

    private @Nullable RangeSink open(WorkQueue.Start start, Traffic.Stopwatch stopwatch)
            throws FillException, InterruptedException {
        ObjectCopy copy =
                opener.open(start.entry(), start.object(), queue::division, start.before());
        if (start.object().size() > Ranges.ALWAYS_WHOLE_BYTES || !start.object().sized()) {
            // This took a request to the store.
            stopwatch.skip();
        }
        if (copy == null) {
            return null;
        }
        ObjectCopy.Range range = copy.take(queue.chunk(copy));
        restarts.begun(copy, start.restarts());
        queue.opened(copy);
        if (range == null) {
            finish(copy);
            return null;
        }
        return new RangeSink(context, queue, copy, range);
    }

    private void copy(RangeSink sink, int number, Traffic.Stopwatch stopwatch)
            throws FillException, InterruptedException {
        ObjectCopy copy = sink.copy();
        queue.active(sink);
        boolean ended = true;
        try {
            ended = sink.fetch(opener.source(copy.entry), number, stopwatch);
        } catch (SourceException.Changed e) {
            invalidated(copy, e);
        } catch (RangeSink.RestartRequired e) {
            copy.invalidate();
            restarts.changed(copy, e.reason());
        } catch (RangeSink.TargetFailure e) {
            throw e.toFillException();
        } catch (IOException e) {
            if (!copy.invalidated() && !context.ended()) {
                throw FillException.ofTarget(e, "copying " + copy.entry.path());
            }
        } finally {
            queue.inactive(sink);
        }
        if (!ended) {
            queue.handOver(sink);
        } else if (copy.release()) {
            finish(copy);
        }
    }

    private void invalidated(ObjectCopy copy, SourceException.Changed e) throws FillException {
        if (e.gone()) {
            throw new FillException(e.reason(), e.getMessage() + "; it was listed before", e);
        }
        copy.invalidate();
        restarts.changed(copy, e);
    }

    /// All ranges of an object have ended: completes it, or restarts it.
    private void finish(ObjectCopy copy) throws FillException, InterruptedException {
        try {
            if (context.ended()) {
                return;
            }
            ObjectVerifier.Mismatch mismatch =
                    copy.invalidated()
                            ? new ObjectVerifier.Mismatch("", null, false)
                            : opener.complete(copy);
            if (mismatch == null) {
                return;
            }
            restart(copy, mismatch);
        } catch (IOException e) {
            throw FillException.ofTarget(e, "completing " + copy.entry.path());
        } finally {
            restarts.ended(copy);
            queue.check();
        }
    }

    private void restart(ObjectCopy copy, ObjectVerifier.Mismatch mismatch)
            throws FillException, InterruptedException, IOException {
        int restart = restarts.next(copy, opener.source(copy.entry).name(), mismatch.what());
        opener.drop(copy);
        SourceObject now = opener.describeAgain(copy);
        boolean same =
                now.size() == copy.object.size()
                        && Objects.equals(now.version(), copy.object.version());
        ObjectCopy.Arrival arrival = same ? mismatch.arrival() : null;
        ObjectOpener.Refetch before =
                arrival == null ? null : new ObjectOpener.Refetch(arrival, restart);
        queue.requeue(
                new WorkQueue.Start(copy.entry, now, restart, before), mismatch.refetchLast());
    }
}
