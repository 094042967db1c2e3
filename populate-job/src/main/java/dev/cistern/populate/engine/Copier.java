package dev.cistern.populate.engine;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Copies what the catalog holds with a few streams, one thread and one connection each.
///
/// A stream takes a waiting range of an object that others work on, else the next object. So many small objects and one huge object
/// keep the same few connections busy.
final class Copier {
    /// A stream's stack: no recursion beyond a few frames of TLS.
    private static final long STACK_BYTES = 512 * 1024;

    /// A piece of work.
    private record Task(ObjectCopy copy, ObjectCopy.Range range) {}

    /// An object to be started (again).
    ///
    /// @param before what came of it before; null the first time
    private record Start(
            Catalog.Entry entry,
            SourceObject object,
            int restarts,
            ObjectOpener.@Nullable Again before) {}

    private final CopyContext context;
    private final Committer committer;
    private final ObjectOpener opener;
    private final Catalog.Cursor cursor;
    private final Object cursorLock = new Object();
    private final Deque<ObjectCopy> open = new ArrayDeque<>();
    private final Deque<Start> again = new ArrayDeque<>();
    private final Deque<Start> atTheEnd = new ArrayDeque<>();
    private final Restarts restarts = new Restarts();
    private final List<Thread> threads = new ArrayList<>();
    private long begunBytes;
    private int starting;
    private boolean exhausted;
    private int wanted;
    private @Nullable RangeSink alone;

    Copier(CopyContext context, Committer committer) {
        this.context = context;
        this.committer = committer;
        this.opener = new ObjectOpener(context, committer);
        this.cursor = context.catalog().cursor();
    }

    /// A failure that nobody foresaw.
    static FillException bug(Throwable e) {
        StackTraceElement[] stack = e.getStackTrace();
        return new FillException(
                Reason.INTERNAL_ERROR,
                e + (stack.length == 0 ? "" : " at " + stack[0]) + " (a bug in cistern)",
                e);
    }

    /// Sets the number of streams; those too many end after what they are doing.
    synchronized void streams(int count) {
        wanted = count;
        for (int i = threads.size(); i < count; i++) {
            int number = i;
            Thread thread = new Thread(null, () -> work(number), "stream-" + i, STACK_BYTES);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        share();
        notifyAll();
    }

    /// Lets all streams work on what one has begun alone.
    private synchronized void share() {
        RangeSink sink = alone;
        if (sink != null && wanted > 1) {
            alone = null;
            if (sink.share()) {
                open.add(sink.copy());
                notifyAll();
            }
        }
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
    synchronized void interrupt() {
        threads.forEach(Thread::interrupt);
        notifyAll();
    }

    private void work(int number) {
        try {
            while (true) {
                Task task = next(number);
                if (task == null) {
                    return;
                }
                copy(task);
            }
        } catch (FillException e) {
            context.fail(e);
        } catch (InterruptedException e) {
            context.fail(new FillException(Reason.INTERRUPTED, "the fill was interrupted", e));
        } catch (RuntimeException | Error e) {
            context.fail(bug(e));
        } finally {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    private @Nullable Task next(int number) throws InterruptedException, FillException {
        while (true) {
            Start start;
            synchronized (this) {
                while (number >= wanted && !done()) {
                    wait();
                }
                if (done()) {
                    notifyAll();
                    return null;
                }
                Task waiting = waitingRange();
                if (waiting != null) {
                    return waiting;
                }
                start = again.poll();
                if (start == null && exhausted && starting == 0 && restarts.isEmpty()) {
                    start = atTheEnd.poll();
                }
                if (start == null && exhausted) {
                    // Others still work; one of their objects may have to be started again.
                    wait();
                    continue;
                }
                starting++;
            }
            boolean ended = false;
            try {
                if (start == null) {
                    start = nextEntry();
                    ended = start == null;
                }
                Task task = start == null ? null : begin(start);
                if (task != null) {
                    return task;
                }
            } finally {
                synchronized (this) {
                    starting--;
                    exhausted |= ended;
                    notifyAll();
                }
            }
        }
    }

    private boolean done() {
        return context.ended()
                || (exhausted
                        && starting == 0
                        && again.isEmpty()
                        && atTheEnd.isEmpty()
                        && open.isEmpty()
                        && restarts.isEmpty());
    }

    private @Nullable Task waitingRange() {
        while (!open.isEmpty()) {
            ObjectCopy first = open.getFirst();
            ObjectCopy.Range range = first.take();
            if (range != null) {
                if (!first.hasWaiting()) {
                    open.removeFirst();
                }
                return new Task(first, range);
            }
            open.removeFirst();
        }
        return null;
    }

    private @Nullable Start nextEntry() throws InterruptedException, FillException {
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
        return new Start(
                entry,
                listed == null ? ObjectOpener.DIRECTORY : opener.withKey(entry, listed),
                0,
                null);
    }

    private synchronized Ranges.Division division(long size) {
        begunBytes += Math.max(0, size);
        long left =
                size <= Ranges.ALWAYS_WHOLE_BYTES
                        ? 0
                        : context.meter().counts().bytesTotal() - begunBytes;
        return Ranges.division(size, left, wanted);
    }

    private @Nullable Task begin(Start start) throws FillException, InterruptedException {
        ObjectCopy copy =
                opener.open(start.entry, start.object, division(start.object.size()), start.before);
        if (copy == null) {
            return null;
        }
        ObjectCopy.Range range = copy.take();
        synchronized (this) {
            restarts.begun(copy, start.restarts);
            if (copy.hasWaiting()) {
                open.add(copy);
                notifyAll();
            }
        }
        if (range == null) {
            finish(copy);
            return null;
        }
        return new Task(copy, range);
    }

    private void copy(Task task) throws FillException, InterruptedException {
        ObjectCopy copy = task.copy;
        try {
            fetch(copy, task.range);
        } catch (SourceException.Changed e) {
            spoilt(copy, e);
        } catch (RangeSink.TargetFailure e) {
            throw e.toFillException();
        } catch (IOException e) {
            if (!copy.spoilt() && !context.ended()) {
                throw FillException.ofTarget(e, "copying " + copy.entry.path());
            }
        }
        if (copy.release()) {
            finish(copy);
        }
    }

    private void fetch(ObjectCopy copy, ObjectCopy.Range range)
            throws SourceException.Changed, IOException, FillException, InterruptedException {
        RangeSink sink = new RangeSink(context, copy, range, context.newPatience());
        if (!Ranges.canBeShared(copy, range)) {
            sink.fetch(opener.source(copy.entry));
            return;
        }
        synchronized (this) {
            alone = sink;
            share();
        }
        try {
            sink.fetch(opener.source(copy.entry));
        } finally {
            synchronized (this) {
                alone = alone == sink ? null : alone;
            }
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
            synchronized (this) {
                restarts.ended(copy);
                notifyAll();
            }
        }
    }

    private void restart(ObjectCopy copy, ArrivalCheck.Wrong wrong)
            throws FillException, InterruptedException, IOException {
        int restart = restarts.next(copy, opener.source(copy.entry).name(), wrong.what());
        opener.drop(copy);
        SourceObject now = opener.describeAgain(copy);
        synchronized (this) {
            boolean same =
                    now.size() == copy.object.size()
                            && Objects.equals(now.version(), copy.object.version());
            ObjectCopy.Arrival arrival = same ? wrong.arrival() : null;
            ObjectOpener.Again before =
                    arrival == null ? null : new ObjectOpener.Again(arrival, restart);
            (wrong.atTheEnd() ? atTheEnd : again).add(new Start(copy.entry, now, restart, before));
            notifyAll();
        }
    }
}
