package dev.cistern.populate.wire;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Specification of a populate Job: the value of `CISTERN_RUN`.
///
/// @param run identifies the run
/// @param sources what to copy, at least one
/// @param target the directory that the volume is mounted on, absolute
/// @param capacityBytes requested size of the volume; zero means unknown. A file system may not show the volume's own
///     limit (btrfs quota groups), so the engine compares the sources with the smaller of this and the free space
/// @param verify how to verify copied objects
/// @param limits resource limits of the engine
/// @param report where to send progress; null for nowhere
public record RunSpec(
        Run run,
        List<SourceSpec> sources,
        String target,
        long capacityBytes,
        Verify verify,
        Limits limits,
        @Nullable Report report) {

    /// Version of the written format. The previous one is read, too.
    public static final int VERSION = 2;

    /// Name of the environment variable that carries this record.
    public static final String ENVIRONMENT_NAME = "CISTERN_RUN";

    /// Name of the environment variable that carries the [ReportToken].
    public static final String TOKEN_ENVIRONMENT_NAME = "CISTERN_REPORT_TOKEN";

    /// More sources than this for one volume is a mistake.
    static final int MAX_SOURCES = 64;

    public RunSpec {
        sources = List.copyOf(sources);
    }

    /// Maximum number of connections.
    public static final int MOST_CONNECTIONS = 512;

    /// Which run an attempt belongs to.
    ///
    /// @param namespace of the PVC
    /// @param pvc name of the PVC
    /// @param uid of the PVC
    /// @param attempt from 1
    public record Run(String namespace, String pvc, String uid, int attempt) {}

    /// Resource limits; zero lets the engine choose.
    ///
    /// @param bytesPerSecond rate limit of all streams together
    /// @param memoryBytes memory of the process, at least 64 MiB if given
    /// @param connections number of connections, unless memory or the store allow fewer; up to [#MOST_CONNECTIONS]
    public record Limits(long bytesPerSecond, long memoryBytes, int connections) {
        /// Minimum for a usable process.
        public static final long LEAST_MEMORY_BYTES = 64L << 20;

        /// The engine chooses everything.
        public static final Limits CHOOSE = new Limits(0, 0, 0);
    }

    /// Where to send progress.
    ///
    /// @param url to post to
    /// @param intervalMillis interval of posts unless a response says otherwise, 100 to 60,000
    public record Report(String url, int intervalMillis) {}

    /// Reads the value of `CISTERN_RUN`. Unknown fields are rejected: controller and Job come from the same release.
    ///
    /// @throws WireException naming the first invalid field
    public static RunSpec fromJson(String text) throws WireException {
        WireReader in = WireReader.parse(ENVIRONMENT_NAME, text);
        long version = in.number("version", 0, Integer.MAX_VALUE);
        if (version != VERSION && version != FlatSource.VERSION) {
            throw in.wrong(
                    "version",
                    "is "
                            + version
                            + "; this engine reads versions "
                            + FlatSource.VERSION
                            + " and "
                            + VERSION);
        }
        in.onlyKnown(
                "version",
                "run",
                "sources",
                "target",
                "capacityBytes",
                "verify",
                "limits",
                "report");
        List<SourceSpec> sources = new ArrayList<>();
        for (WireReader source : in.objects("sources", MAX_SOURCES)) {
            sources.add(version == VERSION ? SourceSpec.read(source) : FlatSource.read(source));
        }
        if (sources.isEmpty()) {
            throw in.wrong("sources", "must hold at least one source");
        }
        String target = in.text("target");
        if (!target.startsWith("/")) {
            throw in.wrong("target", "must be an absolute path");
        }
        return new RunSpec(
                run(in.object("run")),
                sources,
                target,
                in.number("capacityBytes", 0, Long.MAX_VALUE, 0),
                in.choice("verify", Verify.values(), Verify::wireName, Verify.FULL),
                limits(in.optionalObject("limits")),
                report(in.optionalObject("report")));
    }

    private static Run run(WireReader in) throws WireException {
        in.onlyKnown("namespace", "pvc", "uid", "attempt");
        return new Run(
                in.text("namespace"),
                in.text("pvc"),
                in.text("uid"),
                (int) in.number("attempt", 1, Integer.MAX_VALUE));
    }

    private static Limits limits(@Nullable WireReader in) throws WireException {
        if (in == null) {
            return Limits.CHOOSE;
        }
        in.onlyKnown("bytesPerSecond", "memoryBytes", "connections");
        long memoryBytes = in.number("memoryBytes", 0, Long.MAX_VALUE, 0);
        if (memoryBytes != 0 && memoryBytes < Limits.LEAST_MEMORY_BYTES) {
            throw in.wrong("memoryBytes", "must be 0 or at least 67108864 (64 MiB)");
        }
        return new Limits(
                in.number("bytesPerSecond", 0, Long.MAX_VALUE, 0),
                memoryBytes,
                (int) in.number("connections", 0, MOST_CONNECTIONS, 0));
    }

    private static @Nullable Report report(@Nullable WireReader in) throws WireException {
        if (in == null) {
            return null;
        }
        in.onlyKnown("url", "intervalMillis");
        return new Report(in.text("url"), (int) in.number("intervalMillis", 100, 60_000, 1000));
    }

    /// The value of `CISTERN_RUN` for this record.
    public String toJson() {
        return WireWriter.object(
                json -> {
                    json.writeNumberField("version", VERSION);
                    json.writeObjectFieldStart("run");
                    json.writeStringField("namespace", run.namespace());
                    json.writeStringField("pvc", run.pvc());
                    json.writeStringField("uid", run.uid());
                    json.writeNumberField("attempt", run.attempt());
                    json.writeEndObject();
                    json.writeArrayFieldStart("sources");
                    for (SourceSpec source : sources) {
                        json.writeStartObject();
                        source.write(json);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    json.writeStringField("target", target);
                    json.writeNumberField("capacityBytes", capacityBytes);
                    json.writeStringField("verify", verify.wireName());
                    json.writeObjectFieldStart("limits");
                    json.writeNumberField("bytesPerSecond", limits.bytesPerSecond());
                    json.writeNumberField("memoryBytes", limits.memoryBytes());
                    json.writeNumberField("connections", limits.connections());
                    json.writeEndObject();
                    if (report != null) {
                        json.writeObjectFieldStart("report");
                        json.writeStringField("url", report.url());
                        json.writeNumberField("intervalMillis", report.intervalMillis());
                        json.writeEndObject();
                    }
                });
    }
}
