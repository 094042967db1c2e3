package dev.cistern.populate.job;

import dev.cistern.populate.engine.Progress;
import dev.cistern.populate.wire.ProgressReport;
import dev.cistern.populate.wire.ReportAnswer;
import dev.cistern.populate.wire.RunResult;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.WireException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Posts progress to the controller, in parallel with the copy. The copy continues in any case: an unavailable
/// controller only makes reports rarer; a response that the run is over or the token is invalid ends them.
///
/// The last report contains the attempt's result, in case the termination message is lost with the pod's node.
final class Reporter {
    private static final int TIMEOUT_MILLIS = 2000;
    private static final long MAX_PAUSE_MILLIS = 30_000;
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    /// How long the result is sent to a controller that has accepted reports before: as long as a restart takes.
    /// Otherwise it is sent once, because each run would end this much later where reports cannot get through.
    private static final long RESULT_MILLIS = 10_000;

    private static final long RESULT_PAUSE_MILLIS = 500;

    private final RunSpec.Report where;
    private final String token;
    private final Progress progress;
    private final Log log;
    private final Thread thread = new Thread(null, this::run, "reporter", 512 * 1024);
    private boolean taken;
    private @Nullable RunResult result;

    Reporter(RunSpec.Report where, String token, Progress progress, Log log) {
        this.where = where;
        this.token = token;
        this.progress = progress;
        this.log = log;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long pause = where.intervalMillis();
        int failures = 0;
        try {
            while (true) {
                RunResult end;
                synchronized (this) {
                    if (result == null) {
                        wait(pause);
                    }
                    end = result;
                }
                if (end != null) {
                    postResult(end);
                    return;
                }
                long next = post(progress.next());
                if (next == STOP) {
                    return;
                }
                failures = next > 0 ? 0 : failures + 1;
                pause =
                        next > 0
                                ? next
                                : Math.min(
                                        MAX_PAUSE_MILLIS,
                                        (long) where.intervalMillis() << Math.min(failures, 10));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void postResult(RunResult end) throws InterruptedException {
        long until = System.nanoTime() + (taken ? RESULT_MILLIS * 1_000_000 : 0);
        long pause = RESULT_PAUSE_MILLIS;
        while (post(progress.next(end)) == RETRY && System.nanoTime() + pause * 1_000_000 < until) {
            Thread.sleep(pause);
            pause *= 2;
        }
    }

    private static final long STOP = -1;
    private static final long RETRY = 0;

    /// Posts once. Returns milliseconds until the next post, [#RETRY] after a failure, [#STOP] when no more reports are
    /// accepted.
    private long post(ProgressReport report) {
        HttpURLConnection connection = null;
        try {
            connection =
                    (HttpURLConnection)
                            URI.create(where.url()).toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setInstanceFollowRedirects(false);
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Authorization", "Bearer " + token);
            connection.setRequestProperty("Content-Type", "application/json");
            byte[] body = report.toJson().getBytes(StandardCharsets.UTF_8);
            connection.setFixedLengthStreamingMode(body.length);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
            int status = connection.getResponseCode();
            if (status == 200) {
                taken = true;
                try (InputStream in = connection.getInputStream()) {
                    byte[] answer = in.readNBytes(MAX_ANSWER_BYTES);
                    return ReportAnswer.fromJson(new String(answer, StandardCharsets.UTF_8))
                            .nextMillis();
                }
            }
            if (status == 401 || status == 403 || status == 410) {
                log.warn("the controller wants no more reports", "status", String.valueOf(status));
                return STOP;
            }
            return RETRY;
        } catch (WireException | IOException | IllegalArgumentException e) {
            return RETRY;
        } finally {
            if (connection != null) {
                InputStream error = connection.getErrorStream();
                if (error != null) {
                    connection.disconnect();
                }
            }
        }
    }

    /// Sends a last report with the result, and waits for it no longer than one exchange in progress, the retries and
    /// one more exchange may take.
    void end(RunResult ended) {
        synchronized (this) {
            result = ended;
            notifyAll();
        }
        try {
            thread.join(4L * TIMEOUT_MILLIS + RESULT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
