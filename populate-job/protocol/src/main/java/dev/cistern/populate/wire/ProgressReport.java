package dev.cistern.populate.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Progress of an attempt: the body of a post.
///
/// @param attempt from 1
/// @param sequence increases with every report of an attempt; a report with a lower number than an earlier one is stale
/// @param stage what the attempt is doing
/// @param bytesDone arrived by this and earlier attempts
/// @param bytesTotal listed so far
/// @param filesDone complete files
/// @param filesTotal listed so far
/// @param totalsFinal whether the listing has ended, so the totals no longer grow
/// @param bytesFetched what this process read from the store, retries included
/// @param bytesResumed copied by earlier attempts
/// @param bytesPerSecond smoothed over the last seconds
/// @param etaSeconds until the end; -1 while unknown
/// @param trouble why the store sends nothing at the moment, `Reason: sentence`, at most 700 characters; null when it
///     does
/// @param result how the attempt ended, in its last report; null before. On the wire it is the text of the termination
///     message
/// @param revisions what the sources' names stand for, where they may come to stand for something else, as far as known
public record ProgressReport(
        int attempt,
        long sequence,
        Stage stage,
        long bytesDone,
        long bytesTotal,
        long filesDone,
        long filesTotal,
        boolean totalsFinal,
        long bytesFetched,
        long bytesResumed,
        long bytesPerSecond,
        long etaSeconds,
        @Nullable String trouble,
        @Nullable RunResult result,
        List<SourceRevision> revisions) {
    /// The size of a report is limited; the beginning says what is wrong.
    private static final int MAX_TROUBLE = 700;

    public ProgressReport {
        revisions = List.copyOf(revisions);
        trouble =
                trouble == null || trouble.length() <= MAX_TROUBLE
                        ? trouble
                        : trouble.substring(0, MAX_TROUBLE - 2) + " …";
    }

    /// A report of sources without revisions.
    public ProgressReport(
            int attempt,
            long sequence,
            Stage stage,
            long bytesDone,
            long bytesTotal,
            long filesDone,
            long filesTotal,
            boolean totalsFinal,
            long bytesFetched,
            long bytesResumed,
            long bytesPerSecond,
            long etaSeconds,
            @Nullable String trouble,
            @Nullable RunResult result) {
        this(
                attempt,
                sequence,
                stage,
                bytesDone,
                bytesTotal,
                filesDone,
                filesTotal,
                totalsFinal,
                bytesFetched,
                bytesResumed,
                bytesPerSecond,
                etaSeconds,
                trouble,
                result,
                List.of());
    }

    /// Reads a post's body. Unknown fields are ignored: a Job may be older or newer than the controller it reports to.
    ///
    /// @throws WireException naming the first invalid field
    public static ProgressReport fromJson(String text) throws WireException {
        WireReader in = WireReader.parse("progress report", text);
        String result = in.optionalText("result");
        return new ProgressReport(
                (int) in.number("attempt", 1, Integer.MAX_VALUE),
                in.number("sequence", 0, Long.MAX_VALUE),
                in.choice("stage", Stage.values(), Stage::wireName, null),
                in.number("bytesDone", 0, Long.MAX_VALUE),
                in.number("bytesTotal", 0, Long.MAX_VALUE),
                in.number("filesDone", 0, Long.MAX_VALUE),
                in.number("filesTotal", 0, Long.MAX_VALUE),
                in.flag("totalsFinal", false),
                in.number("bytesFetched", 0, Long.MAX_VALUE),
                in.number("bytesResumed", 0, Long.MAX_VALUE),
                in.number("bytesPerSecond", 0, Long.MAX_VALUE),
                in.number("etaSeconds", -1, Long.MAX_VALUE),
                in.optionalText("trouble"),
                result == null ? null : RunResult.fromJson(result),
                SourceRevision.read(in, "revisions"));
    }

    /// The post's body.
    public String toJson() {
        return WireWriter.object(
                json -> {
                    json.writeNumberField("attempt", attempt);
                    json.writeNumberField("sequence", sequence);
                    json.writeStringField("stage", stage.wireName());
                    json.writeNumberField("bytesDone", bytesDone);
                    json.writeNumberField("bytesTotal", bytesTotal);
                    json.writeNumberField("filesDone", filesDone);
                    json.writeNumberField("filesTotal", filesTotal);
                    json.writeBooleanField("totalsFinal", totalsFinal);
                    json.writeNumberField("bytesFetched", bytesFetched);
                    json.writeNumberField("bytesResumed", bytesResumed);
                    json.writeNumberField("bytesPerSecond", bytesPerSecond);
                    json.writeNumberField("etaSeconds", etaSeconds);
                    if (trouble != null) {
                        json.writeStringField("trouble", trouble);
                    }
                    if (result != null) {
                        json.writeStringField("result", result.toJson());
                    }
                    SourceRevision.write(json, "revisions", revisions);
                });
    }
}
