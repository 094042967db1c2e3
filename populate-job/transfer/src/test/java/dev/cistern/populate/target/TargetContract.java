package dev.cistern.populate.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Contract of all targets; each target's test subclasses it.
public abstract class TargetContract {
    /// The same each time within a test.
    protected abstract Target target();

    /// The file at a path, read independently of the target; null where none is.
    protected abstract byte @Nullable [] content(String path) throws IOException;

    protected abstract boolean isDirectory(String path);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] read(TargetFile file) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) file.size());
        while (all.hasRemaining() && file.read(all, all.position()) > 0) {}
        return all.array();
    }

    private static void finish(OpenTarget target, long id, String path, String text)
            throws Exception {
        target.openJournal().close();
        try (TargetFile file = target.openPartial(id, false)) {
            file.write(ByteBuffer.wrap(bytes(text)), 0);
        }
        target.complete(id, 1_000_000_000_000L);
        target.syncFiles(new long[] {id});
        target.finish(id, path, sha256(bytes(text)));
    }

    @Test
    public void aFileGrowsInAnyOrderAndThenHasItsPath() throws Exception {
        try (OpenTarget target = target().open(true)) {
            target.openJournal().close();
            try (TargetFile file = target.openPartial(7, false)) {
                file.write(ByteBuffer.wrap(bytes("world")), 6);
                file.write(ByteBuffer.wrap(bytes("hello ")), 0);
                file.write(ByteBuffer.wrap(bytes("!?")), 11);
                file.truncate(12);
                assertThat(file.size()).isEqualTo(12);
                assertThat(read(file)).isEqualTo(bytes("hello world!"));
                assertThat(file.read(ByteBuffer.allocate(1), 12)).isEqualTo(-1);
            }
            assertThat(content("a/b/c")).isNull();
            target.complete(7, 0);
            target.syncFiles(new long[] {7});
            target.finish(7, "a/b/c", sha256(bytes("hello world!")));
            target.syncNames();
            assertThat(content("a/b/c")).isEqualTo(bytes("hello world!"));
            assertThat(isDirectory("a/b")).isTrue();
        }
    }

    @Test
    public void aFileReplacesWhatHasItsPath() throws Exception {
        try (OpenTarget target = target().open(true)) {
            finish(target, 1, "x", "one");
            finish(target, 2, "x", "another");
        }
        assertThat(content("x")).isEqualTo(bytes("another"));
    }

    @Test
    public void equalFilesAreTwoPaths() throws Exception {
        try (OpenTarget target = target().open(true)) {
            finish(target, 1, "d/x", "same");
            finish(target, 2, "y", "same");
        }
        assertThat(content("d/x")).isEqualTo(content("y")).isEqualTo(bytes("same"));
    }

    @Test
    public void whatIsFinishedIsFoundBySizeAndTime() throws Exception {
        try (OpenTarget target = target().open(true)) {
            finish(target, 1, "d/x", "four");
            long time = target.keepsTimes() ? 1_000_000_000_000L : 0;
            assertThat(target.finished("d/x")).isEqualTo(new OpenTarget.Finished(4, time));
            assertThat(target.finished("d/y")).isNull();
            assertThat(target.finished("d")).isNull();
            assertThat(target.finished("d/x/y")).isNull();
            try (TargetFile file = target.openFinished("d/x")) {
                assertThat(read(file)).isEqualTo(bytes("four"));
            }
            assertThatThrownBy(() -> target.openFinished("d/y")).isInstanceOf(IOException.class);
        }
    }

    @Test
    public void directoriesAreMade() throws Exception {
        try (OpenTarget target = target().open(true)) {
            target.makeDirectories("p/q");
            target.makeDirectories("p/q");
            target.makeDirectories("");
            target.syncNames();
        }
        assertThat(isDirectory("p/q")).isTrue();
        assertThat(isDirectory("p")).isTrue();
    }

    @Test
    public void whatIsInTheWayIsTold() throws Exception {
        try (OpenTarget target = target().open(true)) {
            finish(target, 1, "d/x", "a file");
            assertThatThrownBy(() -> target.makeDirectories("d/x/y"))
                    .isInstanceOf(PathOccupiedException.class)
                    .hasMessageContaining("d/x is in the way: it exists and is not a directory");
            assertThatThrownBy(() -> finish(target, 2, "d", "where a directory is"))
                    .isInstanceOf(PathOccupiedException.class)
                    .hasMessageContaining("is a directory");
        }
        assertThat(content("d/x")).isEqualTo(bytes("a file"));
    }

    @Test
    public void directoriesAreToldBeforeTheyAreMade() throws Exception {
        List<String> told = new ArrayList<>();
        try (OpenTarget target = target().open(true)) {
            target.makeDirectories("a");
            target.onDirectory(
                    path -> {
                        assertThat(isDirectory(path)).isFalse();
                        told.add(path);
                    });
            target.makeDirectories("a/b/c");
            finish(target, 1, "a/b/d/x", "");
            target.makeDirectories("a/b/c");
        }
        assertThat(told).containsExactly("a/b", "a/b/c", "a/b/d");
    }

    @Test
    public void whatIsChosenIsSwept() throws Exception {
        try (OpenTarget target = target().open(true)) {
            finish(target, 1, "a/gone", "1");
            finish(target, 2, "a/b/gone", "22");
            finish(target, 3, "c/gone", "333");
            finish(target, 4, "c/stays", "333");
            List<String> files = new ArrayList<>();
            target.sweep(
                    new OpenTarget.Sweep() {
                        @Override
                        public boolean file(String path, long size, long modifiedMillis) {
                            files.add(path + " " + size);
                            return path.endsWith("gone");
                        }

                        @Override
                        public boolean directory(String path) {
                            return true;
                        }
                    });
            assertThat(files)
                    .containsExactlyInAnyOrder("a/gone 1", "a/b/gone 2", "c/gone 3", "c/stays 3");
            target.syncNames();
        }
        assertThat(isDirectory("a")).isFalse();
        assertThat(content("c/gone")).isNull();
        assertThat(content("c/stays")).isEqualTo(bytes("333"));
    }

    @Test
    public void whatAnAttemptLeftIsThereForTheNext() throws Exception {
        try (OpenTarget target = target().open(true)) {
            assertThat(target.resumed()).isFalse();
            try (TargetFile journal = target.openJournal();
                    TargetFile partial = target.openPartial(3, false)) {
                journal.write(ByteBuffer.wrap(bytes("noted")), 0);
                target.syncJournal();
                partial.write(ByteBuffer.wrap(bytes("some")), 0);
            }
        }
        try (OpenTarget target = target().open(true)) {
            assertThat(target.resumed()).isTrue();
            try (TargetFile journal = target.openJournal()) {
                assertThat(read(journal)).isEqualTo(bytes("noted"));
            }
            try (TargetFile kept = target.openPartial(3, true)) {
                assertThat(read(kept)).isEqualTo(bytes("some"));
            }
            try (TargetFile emptied = target.openPartial(3, false)) {
                assertThat(emptied.size()).isZero();
            }
            target.dropPartial(3);
            target.dropPartial(4);
            target.removeOwn();
        }
        try (OpenTarget target = target().open(true)) {
            assertThat(target.resumed()).isFalse();
        }
    }

    /// What no record speaks of takes space for nothing.
    @Test
    public void onlyKnownIncompleteFilesAreKept() throws Exception {
        try (OpenTarget target = target().open(false)) {
            for (long id : new long[] {3, -4}) {
                try (TargetFile partial = target.openPartial(id, false)) {
                    partial.write(ByteBuffer.wrap(bytes("some")), 0);
                }
            }
            target.keepPartials(id -> id == -4);
            try (TargetFile gone = target.openPartial(3, true);
                    TargetFile kept = target.openPartial(-4, true)) {
                assertThat(gone.size()).isZero();
                assertThat(read(kept)).isEqualTo(bytes("some"));
            }
        }
    }

    @Test
    public void oneFillHoldsItAtATime() throws Exception {
        try (OpenTarget target = target().open(true)) {
            assertThat(target.resumed()).isFalse();
            assertThatThrownBy(() -> target().open(true)).isInstanceOf(IOException.class);
        }
        target().open(true).close();
    }

    @Test
    public void workFilesAreEachTheirOwn() throws Exception {
        try (OpenTarget target = target().open(false);
                TargetFile one = target.workFiles().create();
                TargetFile two = target.workFiles().create()) {
            one.write(ByteBuffer.wrap(bytes("1")), 0);
            two.write(ByteBuffer.wrap(bytes("22")), 1_000_000);
            assertThat(read(one)).isEqualTo(bytes("1"));
            assertThat(two.size()).isEqualTo(1_000_002);
        }
    }

    @Test
    public void manyFilesAreSyncedAtOnceOrOneByOne() throws Exception {
        try (OpenTarget target = target().open(true)) {
            target.expect(1000, 1000);
            long[] ids = new long[40];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = i;
                try (TargetFile file = target.openPartial(i, false)) {
                    file.write(ByteBuffer.wrap(bytes("n" + i)), 0);
                }
                target.complete(i, 0);
            }
            target.openJournal().close();
            target.syncFiles(ids);
            for (long id : ids) {
                target.finish(id, "d" + id % 20 + "/" + id, sha256(bytes("n" + id)));
            }
            target.syncNames();
        }
        assertThat(content("d3/23")).isEqualTo(bytes("n23"));
    }
}
