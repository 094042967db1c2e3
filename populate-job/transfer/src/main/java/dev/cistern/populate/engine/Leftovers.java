package dev.cistern.populate.engine;

import dev.cistern.populate.target.Hash64;
import dev.cistern.populate.target.NameFolding;
import dev.cistern.populate.target.OpenTarget;
import dev.cistern.populate.target.PathOccupiedException;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/// Removes what earlier attempts created on the volume and the listing no longer has: an object that was deleted in
/// between, or one that is a directory now. It is removed once everything is listed. An operation that finds something
/// in its way before that waits for the removal.
///
/// Only what the journal says the engine created is removed: a path that was recorded before the file got its name,
/// where a file has the recorded size and time. An attempt with other sources or patterns leaves it alone, because
/// copying something else does not make those files obsolete. Directories are removed when they are empty.
///
/// On a file system that folds names, `A` and `a` are one path: the object that has it now replaced the other, and the
/// file may still have the other's name.
///
/// Paths are hashed, in the journal and for the catalog; batches of the former are compared with all of the latter.
/// Memory is bounded by two batches, and the volume is walked only if something has to be removed.
final class Leftovers {
    private static final long PATH_SEED = 0x6c656674L;
    private static final long FINGERPRINT_SEED = 0x6c6f6f6bL;
    private static final long SCOPE_SEED = 0x73636f70L;

    private final CopyContext context;
    private final long scope;
    private final int batch;
    private boolean removed;

    Leftovers(CopyContext context) {
        this.context = context;
        this.batch = context.request().budget().comparedPaths();
        // Compute this before the listing: a source's name may change with what it finds.
        StringBuilder sources = new StringBuilder();
        for (FillRequest.Input input : context.inputs()) {
            // Brackets separate lists; the other parts contain no line feed.
            sources.append(input.source().identity())
                    .append('\n')
                    .append(input.source().name())
                    .append('\n')
                    .append(input.into())
                    .append('\n')
                    .append(input.include())
                    .append(input.exclude())
                    .append('\n');
        }
        this.scope = Hash64.of(SCOPE_SEED, sources, sources.length());
        context.target()
                .onDirectory(
                        path -> {
                            long hash = hash(path + "/");
                            context.journal().made(hash, hash, true);
                        });
    }

    /// The journal's identifier for attempts that copy the same.
    long scope() {
        return scope;
    }

    /// A file is about to get its name. Must be written to the file system before that ([Journal#flush]).
    void making(Committer.CompleteFile file) throws IOException {
        OpenTarget target = context.target();
        long modified =
                !target.keepsTimes()
                        ? 0
                        : file.modifiedMillis() == 0
                                ? target.partialModified(file.id())
                                : file.modifiedMillis();
        context.journal()
                .made(hash(file.path()), fingerprint(file.path(), file.size(), modified), false);
    }

    /// The same text for all paths that are one on the target.
    private String folded(String path) {
        return context.foldsNames() ? NameFolding.fold(path) : path;
    }

    private long hash(String path) {
        String folded = folded(path);
        return Hash64.of(PATH_SEED, folded, folded.length());
    }

    private long fingerprint(String path, long size, long modifiedMillis) {
        String text = folded(path) + '\n' + size + '\n' + modifiedMillis;
        return Hash64.of(FINGERPRINT_SEED, text, text.length());
    }

    /// An operation that a leftover may obstruct.
    interface Action {
        void run() throws IOException;
    }

    /// Runs an operation, and once more after the removal if a leftover may be in its way.
    void retryAfterRemoval(Action action) throws IOException, InterruptedException {
        try {
            action.run();
        } catch (PathOccupiedException e) {
            if (!context.journal().createdBefore() || !awaitRemoved()) {
                throw e;
            }
            action.run();
        }
    }

    /// Waits for the removal; returns false when the fill has failed before.
    private synchronized boolean awaitRemoved() throws InterruptedException {
        while (!removed && !context.ended()) {
            wait(100);
        }
        return removed;
    }

    /// Removes the leftovers. Called when everything is listed.
    void remove() throws FillException, InterruptedException {
        try {
            if (context.journal().createdBefore()) {
                new Removal().run();
            }
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            throw FillException.ofTarget(e, "removing what an earlier attempt made");
        }
        synchronized (this) {
            removed = true;
            notifyAll();
        }
    }

    private final class Removal {
        private long[] made = new long[0];
        private int count;
        private long[] gone = new long[0];
        private int goneCount;
        private boolean several;

        void run() throws IOException {
            pass(false);
            if (several) {
                // Directories may have been visited before their last file was removed.
                pass(true);
            }
        }

        /// Compares everything that was created with the catalog.
        private void pass(boolean directoriesOnly) throws IOException {
            made = new long[1024];
            gone = new long[16];
            context.journal()
                    .eachCreatedBefore(
                            scope,
                            (path, fingerprint, directory) -> {
                                if (directory || !directoriesOnly) {
                                    add(path);
                                }
                            });
            compare();
            sweep();
        }

        private void add(long path) throws IOException {
            if (count == batch) {
                compare();
            }
            made = count == made.length ? Arrays.copyOf(made, count * 2) : made;
            made[count++] = path;
        }

        /// Finds which of the batch are listed; the others are to be removed.
        private void compare() throws IOException {
            Arrays.sort(made, 0, count);
            BitSet listed = new BitSet(count);
            Catalog.Cursor cursor = context.catalog().cursor();
            String before = "";
            for (Catalog.Entry entry = cursor.nextListed();
                    entry != null && count > 0;
                    entry = cursor.nextListed()) {
                String name = folded(entry.path());
                String path = entry.object() == null ? name + "/" : name;
                mark(listed, path, path.length());
                for (int slash = path.lastIndexOf('/');
                        slash > 0 && !before.regionMatches(0, path, 0, slash + 1);
                        slash = path.lastIndexOf('/', slash - 1)) {
                    mark(listed, path, slash + 1);
                }
                before = path;
            }
            for (int i = 0; i < count; i++) {
                boolean twice = i > 0 && made[i] == made[i - 1];
                if (!twice && !listed.get(i)) {
                    addGone(made[i]);
                }
            }
            count = 0;
        }

        private void mark(BitSet listed, String path, int length) {
            int at = Arrays.binarySearch(made, 0, count, Hash64.of(PATH_SEED, path, length));
            if (at >= 0) {
                // Created in several attempts; the first entry stands for all.
                while (at > 0 && made[at - 1] == made[at]) {
                    at--;
                }
                listed.set(at);
            }
        }

        private void addGone(long path) throws IOException {
            if (goneCount == batch) {
                sweep();
                several = true;
            }
            gone = goneCount == gone.length ? Arrays.copyOf(gone, goneCount * 2) : gone;
            gone[goneCount++] = path;
        }

        /// Walks the volume and removes what is no longer listed.
        private void sweep() throws IOException {
            if (goneCount == 0) {
                return;
            }
            Arrays.sort(gone, 0, goneCount);
            long[][] fingerprints = {new long[goneCount]};
            int[] found = {0};
            context.journal()
                    .eachCreatedBefore(
                            scope,
                            (path, fingerprint, directory) -> {
                                if (Arrays.binarySearch(gone, 0, goneCount, path) >= 0) {
                                    if (found[0] == fingerprints[0].length) {
                                        fingerprints[0] =
                                                Arrays.copyOf(fingerprints[0], found[0] * 2);
                                    }
                                    fingerprints[0][found[0]++] = fingerprint;
                                }
                            });
            Arrays.sort(fingerprints[0], 0, found[0]);
            context.target()
                    .sweep(
                            new OpenTarget.Sweep() {
                                @Override
                                public boolean file(String path, long size, long millis) {
                                    return isIn(
                                            fingerprints[0],
                                            found[0],
                                            fingerprint(path, size, millis));
                                }

                                @Override
                                public boolean directory(String path) {
                                    return isIn(fingerprints[0], found[0], hash(path + "/"));
                                }
                            });
            goneCount = 0;
        }

        private static boolean isIn(long[] sorted, int length, long value) {
            return Arrays.binarySearch(sorted, 0, length, value) >= 0;
        }
    }
}
