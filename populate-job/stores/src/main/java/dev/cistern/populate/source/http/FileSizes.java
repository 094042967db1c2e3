package dev.cistern.populate.source.http;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Requests the sizes of the first files of a list without sizes, so that a volume that is too small is detected before
/// the first byte is copied. Sizes that take too long stay unknown until the file is fetched.
final class FileSizes {
    /// Enough for a thousand files 80 ms away within [#MAX_NANOS].
    private static final int THREADS = 16;

    /// Servers close a connection that is not read after half a minute or more.
    private static final long MAX_NANOS = 10_000_000_000L;

    private final FileDescriber describer;

    FileSizes(FileDescriber describer) {
        this.describer = describer;
    }

    /// The entries with the sizes that were obtained.
    List<FileList.Entry> of(List<FileList.Entry> entries) {
        List<Future<FileList.Entry>> asked = new ArrayList<>();
        ExecutorService threads =
                Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().daemon().factory());
        try {
            for (FileList.Entry entry : entries) {
                if (!entry.object().sized()) {
                    asked.add(threads.submit(() -> sized(entry)));
                }
            }
            threads.shutdown();
            if (!threads.awaitTermination(MAX_NANOS, TimeUnit.NANOSECONDS)) {
                // Do not wait for requests in progress.
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        List<FileList.Entry> sized = new ArrayList<>(entries);
        int next = 0;
        for (int i = 0; i < sized.size(); i++) {
            if (!sized.get(i).object().sized()) {
                Future<FileList.Entry> answer = asked.get(next++);
                if (answer.state() == Future.State.SUCCESS) {
                    sized.set(i, answer.resultNow());
                }
            }
        }
        return sized;
    }

    private FileList.Entry sized(FileList.Entry entry) {
        try {
            SourceObject object = entry.object();
            return new FileList.Entry(
                    new SourceObject(object.id(), describer.sizeOf(object), object.version(), 0),
                    entry.path());
        } catch (SourceException e) {
            return entry;
        }
    }
}
