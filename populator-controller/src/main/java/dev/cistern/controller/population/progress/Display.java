package dev.cistern.controller.population.progress;

import dev.cistern.api.v1alpha1.volumepopulationstatus.Progress;
import dev.cistern.api.v1alpha1.volumepopulationstatus.progress.Revisions;
import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.SourceRevision;
import dev.cistern.populate.wire.Stage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Formats a report for the API: numbers for programs, and text for people.
public final class Display {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Display() {}

    /// The progress of a report.
    public static Progress of(ProgressReport report, Instant now) {
        Progress progress = new Progress();
        int percent = percent(report);
        progress.setAttempt(report.attempt());
        progress.setSequence(report.sequence());
        progress.setStage(
                switch (report.stage()) {
                    case CONNECTING -> Progress.Stage.CONNECTING;
                    case LISTING -> Progress.Stage.LISTING;
                    case CHECKING -> Progress.Stage.CHECKING;
                    case COPYING -> Progress.Stage.COPYING;
                    case FINISHING -> Progress.Stage.FINISHING;
                });
        progress.setTrouble(report.trouble());
        progress.setRevisions(revisions(report));
        progress.setResult(report.result() == null ? null : report.result().toJson());
        progress.setPercent(percent);
        progress.setDisplay(
                report.stage() == Stage.CONNECTING
                        ? "connecting"
                        : report.totalsFinal() || report.bytesTotal() == 0
                                ? percent + "%"
                                : bytes(report.bytesDone())
                                        + " of "
                                        + bytes(report.bytesTotal())
                                        + "+");
        progress.setBytesDone(report.bytesDone());
        progress.setBytesTotal(report.bytesTotal());
        progress.setFilesDone(report.filesDone());
        progress.setFilesTotal(report.filesTotal());
        progress.setTotalsFinal(report.totalsFinal());
        progress.setBytesFetched(report.bytesFetched());
        progress.setBytesResumed(report.bytesResumed());
        progress.setBytesPerSecond(report.bytesPerSecond());
        progress.setRate(bytes(report.bytesPerSecond()) + "/s");
        progress.setEtaSeconds(report.etaSeconds());
        progress.setEta(eta(report.etaSeconds()));
        progress.setUpdatedAt(now.atZone(ZoneOffset.UTC));
        return progress;
    }

    private static @Nullable List<Revisions> revisions(ProgressReport report) {
        List<Revisions> all = new ArrayList<>();
        for (SourceRevision one : report.revisions()) {
            Revisions shown = new Revisions();
            shown.setSource(one.source());
            shown.setRevision(one.revision());
            all.add(shown);
        }
        return all.isEmpty() ? null : all;
    }

    /// 100 only when everything is on the volume.
    static int percent(ProgressReport report) {
        if (report.bytesTotal() == 0) {
            return report.totalsFinal() && report.filesDone() == report.filesTotal() ? 100 : 0;
        }
        double share = (double) report.bytesDone() / report.bytesTotal();
        boolean all = report.totalsFinal() && report.bytesDone() >= report.bytesTotal();
        return all ? 100 : (int) Math.clamp(share * 100, 0, 99);
    }

    /// `35s`, `12m5s`, `3h20m`, `2d4h`; empty while unknown.
    static String eta(long seconds) {
        if (seconds < 0) {
            return "";
        }
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m" + seconds % 60 + "s";
        }
        if (seconds < 86_400) {
            return seconds / 3600 + "h" + seconds % 3600 / 60 + "m";
        }
        return seconds / 86_400 + "d" + seconds % 86_400 / 3600 + "h";
    }

    /// `512 B`, `1.5 MiB`, `120 MiB`.
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String number =
                unit == 0 || value >= 100
                        ? Long.toString(Math.round(value))
                        : String.format(Locale.ROOT, "%.1f", value);
        return number + " " + UNITS[unit];
    }
}
