package dev.cistern.populate.http;

/// Where a proxy was set, as messages about it name it.
///
/// @param name of the setting, such as `HTTPS_PROXY` or `proxy.httpsProxy`
/// @param form of its value
/// @param credentials what to do about a proxy that wants a user, or another one
/// @param exemption what to do about an origin that the proxy does not let through
public record ProxySetting(String name, String form, String credentials, String exemption) {
    /// A variable of the environment, as curl reads it.
    static ProxySetting variable(String name) {
        return new ProxySetting(
                name,
                "http://[USER:PASSWORD@]HOST:PORT",
                "put them into the proxy's URL, http://USER:PASSWORD@HOST:PORT",
                "add the host to NO_PROXY");
    }
}
