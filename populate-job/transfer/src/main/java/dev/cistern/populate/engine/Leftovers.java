package dev.cistern.populate.engine;

import dev.cistern.populate.target.Hash64;
import dev.cistern.populate.target.InTheWayException;
import dev.cistern.populate.target.OpenTarget;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;

/// What earlier attempts made on the volume and the listing does not have any more: an object that was deleted in between, or one that is
/// a tree now. It is removed when all is listed. Whoever meets something in the way before waits for that.
///
/// Only what the journal says we made goes: a path that was noted before the file got its name, and is a file of the size and time that
/// were noted then. An attempt with other sources, or with other patterns of them, leaves it alone: that it copies something else makes nobody's
/// files worthless. Directories go when nothing is left in them.
///
/// Paths are known by hashes, in the journal's file and in the catalog; a batch of the first is compared with all of the second. Memory is
/// that of two batches, and the volume is gone through only if something has to go.
final class Leftovers {
    private static final long PATH_SEED = 0x6c656674L;
    private static final long LOOKS_SEED = 0x6c6f6f6bL;
    private static final long SCOPE_SEED = 0x73636f70L;

    private final CopyContext context;
    private final long scope;
    private final int batch;
    private boolean removed;

    Leftovers(CopyContext context) {
        this.context = context;
        this.batch = context.request().budget().comparedPaths();
        // Before the listing: what a source calls itself may follow from what it finds.
        StringBuilder sources = new StringBuilder();
        for (FillRequest.Input input : context.inputs()) {
            // Lists are told from one another by their brackets, and no line feed is in the rest.
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

    /// By what the journal knows attempts to copy the same.
    long scope() {
        return scope;
    }

    /// A file is about to get its name. To be handed to the file system before that ([Journal#flush]).
    void making(Committer.Arrived file) throws IOException {
        OpenTarget target = context.target();
        long modified =
                !target.keepsTimes()
                        ? 0
                        : file.modifiedMillis() == 0
                                ? target.partialModified(file.id())
                                : file.modifiedMillis();
        context.journal().made(hash(file.path()), looks(file.path(), file.size(), modified), false);
    }

    private static long hash(String path) {
        return Hash64.of(PATH_SEED, path, path.length());
    }

    private static long looks(String path, long size, long modifiedMillis) {
        String text = path + '\n' + size + '\n' + modifiedMillis;
        return Hash64.of(LOOKS_SEED, text, text.length());
    }

    /// Something that may meet a leftover.
    interface Action {
        void run() throws IOException;
    }

    /// Does something, once more after the removal if a leftover may be in its way.
    void past(Action action) throws IOException, InterruptedException {
        try {
            action.run();
        } catch (InTheWayException e) {
            if (!context.journal().madeBefore() || !awaitRemoved()) {
                throw e;
            }
            action.run();
        }
    }

    /// Waits for the removal; false when the fill has failed before.
    private synchronized boolean awaitRemoved() throws InterruptedException {
        while (!removed && !context.ended()) {
            wait(100);
        }
        return removed;
    }

    /// Removes them. All is listed.
    void remove() throws FillException, InterruptedException {
        try {
            if (context.journal().madeBefore()) {
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
                // Directories may have been looked at before their last file went.
                pass(true);
            }
        }

        /// Compares all that was made with the catalog.
        private void pass(boolean directoriesOnly) throws IOException {
            made = new long[1024];
            gone = new long[16];
            context.journal()
                    .eachMadeBefore(
                            scope,
                            (path, looks, directory) -> {
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

        /// Finds which of the batch are listed; the others are gone.
        private void compare() throws IOException {
            Arrays.sort(made, 0, count);
            BitSet listed = new BitSet(count);
            Catalog.Cursor cursor = context.catalog().cursor();
            String before = "";
            for (Catalog.Entry entry = cursor.nextListed();
                    entry != null && count > 0;
                    entry = cursor.nextListed()) {
                String path = entry.object() == null ? entry.path() + "/" : entry.path();
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
                // Made in several attempts; the first of them stands for all.
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

        /// Goes through the volume for what is gone.
        private void sweep() throws IOException {
            if (goneCount == 0) {
                return;
            }
            Arrays.sort(gone, 0, goneCount);
            long[][] looks = {new long[goneCount]};
            int[] found = {0};
            context.journal()
                    .eachMadeBefore(
                            scope,
                            (path, look, directory) -> {
                                if (Arrays.binarySearch(gone, 0, goneCount, path) >= 0) {
                                    if (found[0] == looks[0].length) {
                                        looks[0] = Arrays.copyOf(looks[0], found[0] * 2);
                                    }
                                    looks[0][found[0]++] = look;
                                }
                            });
            Arrays.sort(looks[0], 0, found[0]);
            context.target()
                    .sweep(
                            new OpenTarget.Sweep() {
                                @Override
                                public boolean file(String path, long size, long millis) {
                                    return isIn(looks[0], found[0], looks(path, size, millis));
                                }

                                @Override
                                public boolean directory(String path) {
                                    return isIn(looks[0], found[0], hash(path + "/"));
                                }
                            });
            goneCount = 0;
        }

        private static boolean isIn(long[] sorted, int length, long value) {
            return Arrays.binarySearch(sorted, 0, length, value) >= 0;
        }
    }
}
