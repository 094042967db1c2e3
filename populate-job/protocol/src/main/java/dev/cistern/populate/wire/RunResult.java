package dev.cistern.populate.wire;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How an attempt ended: the termination message of its container.
///
/// @param outcome success or failure
/// @param terminal whether another attempt would be pointless; false on success
/// @param reason why it failed; null on success
/// @param message for people: what happened, where, what to do; empty on success
/// @param bytes on the volume that belong to the sources
/// @param files on the volume that belong to the sources
/// @param bytesFetched what this process read from the store, retries included
/// @param bytesResumed what this process found done by earlier attempts
/// @param unverified files of which only the length could be compared, though digests were asked for
/// @param manifestDigest `sha256:` and 64 hex digits over the manifest; null unless it succeeded
/// @param seconds from the process's start to this result
/// @param revisions what was read of sources whose names may come to stand for something else
public record RunResult(
        Outcome outcome,
        boolean terminal,
        @Nullable Reason reason,
        String message,
        long bytes,
        long files,
        long bytesFetched,
        long bytesResumed,
        long unverified,
        @Nullable String manifestDigest,
        double seconds,
        List<SourceRevision> revisions) {

    public RunResult {
        revisions = List.copyOf(revisions);
    }

    /// A result of sources without revisions.
    public RunResult(
            Outcome outcome,
            boolean terminal,
            @Nullable Reason reason,
            String message,
            long bytes,
            long files,
            long bytesFetched,
            long bytesResumed,
            long unverified,
            @Nullable String manifestDigest,
            double seconds) {
        this(
                outcome,
                terminal,
                reason,
                message,
                bytes,
                files,
                bytesFetched,
                bytesResumed,
                unverified,
                manifestDigest,
                seconds,
                List.of());
    }

    /// What a container's termination message may hold.
    public static final int MAX_BYTES = 4096;

    /// Exit code of an attempt that ended with this result: 0 done, 1 worth another attempt, 3 terminal.
    public int exitCode() {
        return switch (outcome) {
            case SUCCEEDED -> 0;
            case FAILED -> terminal ? 3 : 1;
        };
    }

    /// Reads a termination message. Unknown fields are ignored.
    ///
    /// @throws WireException naming the first field that is wrong, also when the text is log lines and no result
    public static RunResult fromJson(String text) throws WireException {
        WireReader in = WireReader.parse("termination message", text);
        return new RunResult(
                in.choice("outcome", Outcome.values(), Outcome::wireName, null),
                in.flag("terminal", false),
                in.optionalChoice("reason", Reason.values(), Reason::wireName),
                in.text("message", ""),
                in.number("bytes", 0, Long.MAX_VALUE, 0),
                in.number("files", 0, Long.MAX_VALUE, 0),
                in.number("bytesFetched", 0, Long.MAX_VALUE, 0),
                in.number("bytesResumed", 0, Long.MAX_VALUE, 0),
                in.number("unverified", 0, Long.MAX_VALUE, 0),
                in.optionalText("manifestDigest"),
                in.seconds("seconds"),
                SourceRevision.read(in, "revisions"));
    }

    /// The termination message, at most [#MAX_BYTES] of UTF-8: a longer message is cut at its end.
    public String toJson() {
        String shown = message;
        String text = json(shown);
        while (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            int keep = shown.length() * 3 / 4;
            if (keep > 0 && Character.isHighSurrogate(shown.charAt(keep - 1))) {
                keep--;
            }
            shown = shown.substring(0, keep);
            text = json(shown + " …");
        }
        return text;
    }

    private String json(String shown) {
        return WireWriter.object(
                json -> {
                    json.writeStringField("outcome", outcome.wireName());
                    json.writeBooleanField("terminal", terminal);
                    WireWriter.text(json, "reason", reason == null ? null : reason.wireName());
                    json.writeStringField("message", shown);
                    json.writeNumberField("bytes", bytes);
                    json.writeNumberField("files", files);
                    json.writeNumberField("bytesFetched", bytesFetched);
                    json.writeNumberField("bytesResumed", bytesResumed);
                    json.writeNumberField("unverified", unverified);
                    WireWriter.text(json, "manifestDigest", manifestDigest);
                    json.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
                    SourceRevision.write(json, "revisions", revisions);
                });
    }
}
