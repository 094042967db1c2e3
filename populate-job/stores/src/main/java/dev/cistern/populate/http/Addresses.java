package dev.cistern.populate.http;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// IP addresses as text; nothing is looked up.
final class Addresses {
    private Addresses() {}

    /// The bytes of an address; null when the text is a name.
    static byte @Nullable [] literal(String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
