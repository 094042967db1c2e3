package dev.cistern.populate.http;

/// The setting of a proxy, for messages.
///
/// @param name of the setting, such as `HTTPS_PROXY` or `proxy.httpsProxy`
/// @param form of its value
/// @param credentials what to do about a proxy that requires other credentials
/// @param exemption what to do about an origin that the proxy rejects
public record ProxySetting(String name, String form, String credentials, String exemption) {
    /// An environment variable, in curl's form.
    static ProxySetting variable(String name) {
        return new ProxySetting(
                name,
                "http://[USER:PASSWORD@]HOST:PORT",
                "put them into the proxy's URL, http://USER:PASSWORD@HOST:PORT",
                "add the host to NO_PROXY");
    }
}
