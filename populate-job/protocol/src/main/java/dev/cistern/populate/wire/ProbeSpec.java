package dev.cistern.populate.wire;

/// What a probe looks at: the value of `CISTERN_PROBE`. Credentials are where those of a Job's source 0 are.
///
/// @param source of which one page is listed; what of it is copied and where to is no concern of a probe
/// @param seconds that it may take, 1 to 600
public record ProbeSpec(SourceSpec source, int seconds) {
    /// Name of the environment variable that carries this record.
    public static final String ENVIRONMENT_NAME = "CISTERN_PROBE";

    private static final int VERSION = 1;
    private static final int MOST_SECONDS = 600;

    /// Reads the value of `CISTERN_PROBE`. Unknown fields are refused: controller and Job come from the same release.
    ///
    /// @throws WireException naming the first field that is wrong
    public static ProbeSpec fromJson(String text) throws WireException {
        WireReader in = WireReader.parse(ENVIRONMENT_NAME, text);
        long version = in.number("version", 0, Integer.MAX_VALUE);
        if (version != VERSION) {
            throw in.wrong("version", "is " + version + "; this release reads version " + VERSION);
        }
        in.onlyKnown("version", "source", "seconds");
        return new ProbeSpec(
                SourceSpec.read(in.object("source")), (int) in.number("seconds", 1, MOST_SECONDS));
    }

    /// The value of `CISTERN_PROBE` for this record.
    public String toJson() {
        return WireWriter.object(
                json -> {
                    json.writeNumberField("version", VERSION);
                    json.writeObjectFieldStart("source");
                    source.write(json);
                    json.writeEndObject();
                    json.writeNumberField("seconds", seconds);
                });
    }
}
