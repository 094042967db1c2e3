package dev.cistern.populate;

/// The release.
public final class Version {
    private Version() {}

    /// The release's number, for example `0.1.0`; `dev` outside a jar.
    public static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
