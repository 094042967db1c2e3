package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Copies what the catalog holds with some streams, one thread and one connection each.
///
/// A stream takes a waiting range of an object that others work on, else the next object, else a part of what another one fetches. So
/// many small objects and one huge object keep the same connections busy.
final class Copier {
    /// A stream's stack: no recursion beyond a few frames of TLS.
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

    /// An unexpected failure.
    static FillException bug(Throwable e) {
        StackTraceElement[] stack = e.getStackTrace();
        return new FillException(
                Reason.INTERNAL_ERROR,
                e + (stack.length == 0 ? "" : " at " + stack[0]) + " (a bug in cistern)",
                e);
    }

    /// Sets the number of streams; those too many end after what they are doing.
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
                // There are as many as the system gives this process, which is enough to go on.
                most = i;
                break;
            }
            threads.add(thread);
        }
        queue.streams(most);
    }

    /// Says what a connection to the store is known to bring.
    void speed(Ranges.Speed speed) {
        queue.speed(speed);
    }

    /// Waits until everything is copied, or the fill has failed.
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

    /// Makes all streams end soon.
    void interrupt() {
        synchronized (this) {
            threads.forEach(Thread::interrupt);
        }
        queue.check();
    }

    private void work(int number) {
        try {
            Traffic.Watch watch = context.traffic().new Watch();
            while (true) {
                @Nullable RangeSink sink = next(number, watch);
                if (sink == null) {
                    return;
                }
                copy(sink, number, watch);
            }
        } catch (FillException e) {
            context.fail(e);
        } catch (InterruptedException e) {
            context.fail(new FillException(Reason.INTERRUPTED, "the fill was interrupted", e));
        } catch (RuntimeException | Error e) {
            context.fail(bug(e));
        } finally {
            queue.check();
        }
    }

    private @Nullable RangeSink next(int number, Traffic.Watch watch)
            throws InterruptedException, FillException {
        while (true) {
            watch.worked();
            WorkQueue.Step step = queue.next(number);
            watch.skip();
            @Nullable RangeSink sink =
                    switch (step) {
                        case null -> null;
                        case WorkQueue.Step.Fetch(ObjectCopy copy, ObjectCopy.Range range) ->
                                new RangeSink(context, queue, copy, range);
                        case WorkQueue.Step.Resume(RangeSink resumed) -> resumed;
                        case WorkQueue.Step.Begin(WorkQueue.Start start) -> begin(start, watch);
                    };
            if (step == null || sink != null) {
                return sink;
            }
        }
    }

    private @Nullable RangeSink begin(WorkQueue.@Nullable Start given, Traffic.Watch watch)
            throws InterruptedException, FillException {
        WorkQueue.Start start = given;
        boolean last = false;
        try {
            if (start == null) {
                start = nextEntry();
                watch.skip();
                last = start == null;
            }
            return start == null ? null : open(start, watch);
        } finally {
            queue.started(last);
        }
    }

    private WorkQueue.@Nullable Start nextEntry() throws InterruptedException, FillException {
        Catalog.Entry entry;
        // The cursor waits while the listing goes on; holding this object's lock meanwhile would
        // hold up the others.
        try {
            synchronized (cursorLock) {
                entry = cursor.next();
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

    private @Nullable RangeSink open(WorkQueue.Start start, Traffic.Watch watch)
            throws FillException, InterruptedException {
        ObjectCopy copy =
                opener.open(start.entry(), start.object(), queue::division, start.before());
        if (start.object().size() > Ranges.ALWAYS_WHOLE_BYTES || !start.object().sized()) {
            // The store was asked about it.
            watch.skip();
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

    private void copy(RangeSink sink, int number, Traffic.Watch watch)
            throws FillException, InterruptedException {
        ObjectCopy copy = sink.copy();
        queue.active(sink);
        boolean ended = true;
        try {
            ended = sink.fetch(opener.source(copy.entry), number, watch);
        } catch (SourceException.Changed e) {
            spoilt(copy, e);
        } catch (RangeSink.FromTheBeginning e) {
            copy.spoil();
            restarts.changed(copy, e.reason());
        } catch (RangeSink.TargetFailure e) {
            throw e.toFillException();
        } catch (IOException e) {
            if (!copy.spoilt() && !context.ended()) {
                throw FillException.ofTarget(e, "copying " + copy.entry.path());
            }
        } finally {
            queue.inactive(sink);
        }
        if (!ended) {
            queue.leave(sink);
        } else if (copy.release()) {
            finish(copy);
        }
    }

    private void spoilt(ObjectCopy copy, SourceException.Changed e) throws FillException {
        if (e.gone()) {
            throw new FillException(e.reason(), e.getMessage() + "; it was listed before", e);
        }
        copy.spoil();
        restarts.changed(copy, e);
    }

    /// Everything that can be fetched of an object was: completes it, or starts it again.
    private void finish(ObjectCopy copy) throws FillException, InterruptedException {
        try {
            if (context.ended()) {
                return;
            }
            ArrivalCheck.Wrong wrong =
                    copy.spoilt() ? new ArrivalCheck.Wrong("", null, false) : opener.complete(copy);
            if (wrong == null) {
                return;
            }
            restart(copy, wrong);
        } catch (IOException e) {
            throw FillException.ofTarget(e, "completing " + copy.entry.path());
        } finally {
            restarts.ended(copy);
            queue.check();
        }
    }

    private void restart(ObjectCopy copy, ArrivalCheck.Wrong wrong)
            throws FillException, InterruptedException, IOException {
        int restart = restarts.next(copy, opener.source(copy.entry).name(), wrong.what());
        opener.drop(copy);
        SourceObject now = opener.describeAgain(copy);
        boolean same =
                now.size() == copy.object.size()
                        && Objects.equals(now.version(), copy.object.version());
        ObjectCopy.Arrival arrival = same ? wrong.arrival() : null;
        ObjectOpener.Again before =
                arrival == null ? null : new ObjectOpener.Again(arrival, restart);
        queue.again(new WorkQueue.Start(copy.entry, now, restart, before), wrong.atTheEnd());
    }
}
