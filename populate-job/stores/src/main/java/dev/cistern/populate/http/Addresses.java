package dev.cistern.populate.http;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Parses IP addresses, without DNS.
final class Addresses {
    /// Where clouds give a machine its own credentials: AWS's instances and pods by IPv6, Google's by name, Alibaba's. The others have
    /// link-local addresses.
    private static final Set<String> METADATA =
            Set.of("metadata.google.internal", "metadata", "100.100.100.200");

    /// `fd00:ec2::/32`, the network of AWS's link-local services by IPv6.
    private static final byte[] AWS_LOCAL = {(byte) 0xfd, 0, 0x0e, (byte) 0xc2};

    private Addresses() {}

    /// Whether a host serves only this node, such as a metadata server or an agent for pods' identities.
    static boolean isNodeLocal(String host) {
        if (METADATA.contains(host)) {
            return true;
        }
        byte[] bytes = literal(host);
        if (bytes == null) {
            return false;
        }
        if (bytes.length == 4) {
            return bytes[0] == (byte) 169 && bytes[1] == (byte) 254;
        }
        boolean linkLocal = bytes[0] == (byte) 0xfe && (bytes[1] & 0xc0) == 0x80;
        return linkLocal || Arrays.equals(bytes, 0, 4, AWS_LOCAL, 0, 4);
    }

    /// The bytes of an address; null when the text is a host name.
    static byte @Nullable [] literal(String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
