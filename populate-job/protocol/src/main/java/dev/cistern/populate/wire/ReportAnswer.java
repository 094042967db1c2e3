package dev.cistern.populate.wire;

/// The body of a `200` response to a progress post.
///
/// @param nextMillis how long to wait until the next post, 100 to 600,000
public record ReportAnswer(int nextMillis) {

    /// Reads a response. Unknown fields are ignored.
    ///
    /// @throws WireException naming the first invalid field
    public static ReportAnswer fromJson(String text) throws WireException {
        WireReader in = WireReader.parse("report answer", text);
        return new ReportAnswer((int) in.number("nextMillis", 100, 600_000));
    }

    /// The response's body.
    public String toJson() {
        return WireWriter.object(json -> json.writeNumberField("nextMillis", nextMillis));
    }
}
