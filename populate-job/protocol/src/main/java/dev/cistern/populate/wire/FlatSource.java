package dev.cistern.populate.wire;

/// A source in version 1 of [RunSpec]: one flat object with S3's fields.
///
/// An image may be replaced under its tag while Jobs of the previous controller wait for their pods; those must
/// continue.
final class FlatSource {
    static final int VERSION = 1;

    private FlatSource() {}

    static SourceSpec read(WireReader in) throws WireException {
        in.onlyKnown(
                "type",
                "endpoint",
                "region",
                "pathStyle",
                "skipTlsVerification",
                "caFile",
                "caPem",
                "bucket",
                "prefix",
                "into",
                "include",
                "exclude",
                "sha256",
                "auth");
        if (!in.text("type").equals("s3")) {
            throw in.wrong("type", "must be s3 in version " + VERSION);
        }
        S3Spec s3 =
                new S3Spec(
                        in.optionalText("endpoint"),
                        in.optionalText("region"),
                        in.flag("pathStyle", false),
                        new TlsSpec(
                                in.flag("skipTlsVerification", false),
                                in.optionalText("caFile"),
                                in.optionalText("caPem")),
                        S3Spec.bucket(in),
                        in.text("prefix", ""),
                        auth(in.object("auth")));
        return SourceSpec.read(in, s3, null);
    }

    /// All modes had the fields of all modes.
    private static S3Auth auth(WireReader in) throws WireException {
        return switch (in.text("mode")) {
            case "accessKey" -> new S3Auth.AccessKey(null);
            case "anonymous" -> new S3Auth.Anonymous();
            case "webIdentity" -> S3AuthJson.webIdentity(in);
            default -> throw in.wrong("mode", "must be one of accessKey, anonymous, webIdentity");
        };
    }
}
