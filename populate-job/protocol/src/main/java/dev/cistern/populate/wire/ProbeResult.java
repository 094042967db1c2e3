package dev.cistern.populate.wire;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What a probe found: the termination message of its container.
///
/// @param stage how far it came
/// @param reason why it came no further; null when there was no further to go
/// @param message for people: what happened, where, what to do; empty without a reason
/// @param place what was listed, as its source calls it
/// @param objects that were listed, those of one page at most
/// @param seconds from the process's start to this result
public record ProbeResult(
        ProbeStage stage,
        @Nullable Reason reason,
        String message,
        String place,
        long objects,
        double seconds) {

    /// Reads a termination message. Unknown fields are ignored.
    ///
    /// @throws WireException naming the first field that is wrong, also when the text is log lines and no result
    public static ProbeResult fromJson(String text) throws WireException {
        WireReader in = WireReader.parse("termination message", text);
        return new ProbeResult(
                in.choice("stage", ProbeStage.values(), ProbeStage::wireName, null),
                in.optionalChoice("reason", Reason.values(), Reason::wireName),
                in.text("message", ""),
                in.text("place", ""),
                in.number("objects", 0, Long.MAX_VALUE, 0),
                in.seconds("seconds"));
    }

    /// The termination message, at most [RunResult#MAX_BYTES] of UTF-8: a longer message is cut at its end.
    public String toJson() {
        String shown = message;
        String text = json(shown);
        while (text.getBytes(StandardCharsets.UTF_8).length > RunResult.MAX_BYTES) {
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
                    json.writeStringField("stage", stage.wireName());
                    WireWriter.text(json, "reason", reason == null ? null : reason.wireName());
                    json.writeStringField("message", shown);
                    json.writeStringField("place", place);
                    json.writeNumberField("objects", objects);
                    json.writeNumberField("seconds", Math.round(seconds * 1000) / 1000.0);
                });
    }
}
