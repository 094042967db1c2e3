package dev.cistern.populate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.target.DirectoryTarget;
import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.Stage;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The reason for missing data is in the progress as soon as it is known, not only at the end of the attempt.
class StoreTroubleTest {
    @TempDir Path directory;
    private final Meter meter = new Meter();
    private final List<ProgressReport> reports = new ArrayList<>();

    /// A store with one empty object, which fails some times before it lists it.
    private final class Failing implements Source {
        private final boolean reached;
        private int failures;

        Failing(boolean reached, int failures) {
            this.reached = reached;
            this.failures = failures;
        }

        @Override
        public void list(String after, Listing listing) throws SourceException, IOException {
            reports.add(new Progress(meter, 1).next());
            if (failures-- > 0) {
                throw new SourceException.Retryable(
                        Reason.SOURCE_UNAVAILABLE,
                        "http://store.invalid:9000: unknown host",
                        0,
                        reached,
                        null);
            }
            listing.object(new SourceObject("a", 0, "\"e\"", 0), "a");
            listing.page("");
        }

        @Override
        public ObjectDetails describe(SourceObject object) {
            return new ObjectDetails(object, null);
        }

        @Override
        public void read(SourceObject object, long from, long to, ObjectSink sink) {
            throw new IllegalStateException("it is empty");
        }

        @Override
        public String name() {
            return "http://store.invalid:9000/b";
        }

        @Override
        public boolean overTls() {
            return false;
        }

        @Override
        public String identity() {
            return "store";
        }

        @Override
        public void close() {}
    }

    private void fill(Source source) throws Exception {
        new Fill(
                        new FillRequest(
                                new DirectoryTarget(directory),
                                List.of(
                                        new FillRequest.Input(
                                                source, "", List.of(), List.of(), null)),
                                0,
                                Verify.SIZE,
                                0,
                                1,
                                MemoryBudget.of(96 << 20),
                                false,
                                false,
                                new FillRequest.Timing(4000, 4000, 5, 5)),
                        meter,
                        FaultPoints.NONE)
                .run();
        reports.add(new Progress(meter, 1).next());
    }

    @Test
    void aStoreThatDoesNotAnswerIsToldOfAtOnceAndForgottenWhenItDoes() throws Exception {
        fill(new Failing(false, 1));

        assertThat(reports.get(0).stage()).isEqualTo(Stage.CONNECTING);
        assertThat(reports.get(0).trouble()).isNull();
        assertThat(reports.get(1).stage()).isEqualTo(Stage.CONNECTING);
        assertThat(reports.get(1).trouble())
                .isEqualTo("SourceUnavailable: http://store.invalid:9000: unknown host");
        assertThat(reports.getLast().trouble()).isNull();
        assertThat(reports.getLast().stage()).isEqualTo(Stage.FINISHING);
    }

    @Test
    void aStoreThatIsBusyForAMomentIsNot() throws Exception {
        fill(new Failing(true, 3));

        assertThat(reports).hasSize(5).allMatch(report -> report.trouble() == null);
    }
}
