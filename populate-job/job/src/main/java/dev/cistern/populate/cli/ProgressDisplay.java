package dev.cistern.populate.cli;

import dev.cistern.populate.engine.Progress;
import dev.cistern.populate.wire.ProgressReport;
import java.io.PrintStream;

/// Shows the progress of a fill: one line that is redrawn on a terminal, a line every few seconds elsewhere.
final class ProgressDisplay implements AutoCloseable {
    private static final long TERMINAL_MILLIS = 200;
    private static final long LINES_MILLIS = 5000;
    private static final int BAR_CELLS = 24;

    private final Progress progress;
    private final Line line;
    private final PrintStream out;
    private final boolean terminal;
    private final long everyMillis;
    private final Thread thread = new Thread(null, this::run, "display", 256 * 1024);
    private boolean drawn;

    /// Formats a report.
    @FunctionalInterface
    interface Line {
        /// @param terminal whether the line is redrawn
        String of(ProgressReport report, boolean terminal);
    }

    /// One that shows how far a fill is.
    ///
    /// @param terminal whether `out` is a terminal
    ProgressDisplay(Progress progress, PrintStream out, boolean terminal) {
        this(progress, ProgressDisplay::line, out, terminal);
    }

    /// @param terminal whether `out` is a terminal
    ProgressDisplay(Progress progress, Line line, PrintStream out, boolean terminal) {
        this(progress, line, out, terminal, terminal ? TERMINAL_MILLIS : LINES_MILLIS);
    }

    /// @param everyMillis interval of lines
    ProgressDisplay(Progress progress, PrintStream out, boolean terminal, long everyMillis) {
        this(progress, ProgressDisplay::line, out, terminal, everyMillis);
    }

    private ProgressDisplay(
            Progress progress, Line line, PrintStream out, boolean terminal, long everyMillis) {
        this.progress = progress;
        this.line = line;
        this.out = out;
        this.terminal = terminal;
        this.everyMillis = everyMillis;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(everyMillis);
                String text = line.of(progress.next(), terminal);
                if (terminal) {
                    // Carriage return, the line, erase what is left of the one before. A line that
                    // went on in a
                    // next row would not be drawn over: a narrow terminal is told to cut it off.
                    out.print("\r\u001b[?7l" + text + "\u001b[K\u001b[?7h");
                    drawn = true;
                } else {
                    out.println(text);
                }
                out.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static String line(ProgressReport report, boolean bar) {
        StringBuilder line = new StringBuilder(120);
        int percent = percent(report);
        if (percent >= 0) {
            if (bar) {
                int full = percent * BAR_CELLS / 100;
                line.append('[')
                        .append("#".repeat(full))
                        .append(".".repeat(BAR_CELLS - full))
                        .append("] ");
            }
            line.append(percent).append("%  ");
        } else {
            line.append(report.stage()).append("  ");
        }
        line.append(bytes(report.bytesDone())).append(" of ").append(bytes(report.bytesTotal()));
        line.append(report.totalsFinal() ? "  " : " so far  ");
        line.append(report.filesDone()).append('/').append(report.filesTotal()).append(" files  ");
        line.append(bytes(report.bytesPerSecond())).append("/s");
        if (report.etaSeconds() > 0) {
            line.append("  ").append(duration(report.etaSeconds())).append(" left");
        }
        return line.toString();
    }

    /// Percentage by bytes or, where there are only empty files, by files; -1 while the total is unknown.
    private static int percent(ProgressReport report) {
        boolean byFiles = report.bytesTotal() == 0;
        long total = byFiles ? report.filesTotal() : report.bytesTotal();
        if (!report.totalsFinal() || total == 0) {
            return -1;
        }
        long done = byFiles ? report.filesDone() : report.bytesDone();
        // A retry's bytes are counted in addition to those that it replaces until these are
        // discarded.
        return (int) Math.clamp(done * 100.0 / total, 0, 100);
    }

    static String bytes(long bytes) {
        String units = "KMGTPE";
        if (bytes < 1024) {
            return bytes + " B";
        }
        int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        long tenths = (bytes >> 10 * (unit - 1)) * 10 / 1024;
        return tenths / 10 + "." + tenths % 10 + " " + units.charAt(unit - 1) + "iB";
    }

    static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (drawn) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }
}
