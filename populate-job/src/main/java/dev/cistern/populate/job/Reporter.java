package dev.cistern.populate.job;

import dev.cistern.populate.engine.Progress;
import dev.cistern.populate.wire.ReportAnswer;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.WireException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// Posts progress to the controller, beside the copy. Whatever happens here, the copy goes on: a controller that is away only makes
/// the reports rarer; one that says that the run is over or the token is not good ends them.
final class Reporter implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 2000;
    private static final long MAX_PAUSE_MILLIS = 30_000;
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    private final RunSpec.Report where;
    private final String token;
    private final Progress progress;
    private final Log log;
    private final Thread thread = new Thread(null, this::run, "reporter", 512 * 1024);
    private boolean ending;

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
                boolean last;
                synchronized (this) {
                    if (!ending) {
                        wait(pause);
                    }
                    last = ending;
                }
                long next = post();
                if (next == STOP || last) {
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

    private static final long STOP = -1;
    private static final long AGAIN = 0;

    /// Posts once: milliseconds until the next post, [#AGAIN] after a failure, [#STOP] when no report is wanted any more.
    private long post() {
        HttpURLConnection connection = null;
        try {
            connection = (HttpURLConnection) URI.create(where.url()).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setInstanceFollowRedirects(false);
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Authorization", "Bearer " + token);
            connection.setRequestProperty("Content-Type", "application/json");
            byte[] body = progress.next().toJson().getBytes(StandardCharsets.UTF_8);
            connection.setFixedLengthStreamingMode(body.length);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
            int status = connection.getResponseCode();
            if (status == 200) {
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
            return AGAIN;
        } catch (WireException | IOException | IllegalArgumentException e) {
            return AGAIN;
        } finally {
            if (connection != null) {
                InputStream error = connection.getErrorStream();
                if (error != null) {
                    connection.disconnect();
                }
            }
        }
    }

    /// Sends a last report, and waits for it no longer than one exchange may take.
    @Override
    public void close() {
        synchronized (this) {
            ending = true;
            notifyAll();
        }
        try {
            thread.join(2L * TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
