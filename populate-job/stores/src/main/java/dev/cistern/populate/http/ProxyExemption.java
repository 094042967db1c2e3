package dev.cistern.populate.http;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An entry of `NO_PROXY`: `*`; a domain and its subdomains, also written `.domain` or `*.domain`; an address; a block
/// of addresses such as `10.0.0.0/8`. A port restricts it.
///
/// @param host lower case, without leading dots; `*` for all
/// @param port 0 for all
/// @param block the address's bytes; null for a domain
/// @param bits length of the address prefix
record ProxyExemption(String host, int port, byte @Nullable [] block, int bits) {
    static ProxyExemption parse(String entry) {
        String host = entry.toLowerCase(Locale.ROOT);
        int port = 0;
        int colon = host.lastIndexOf(':');
        boolean bracketed = host.startsWith("[") && host.indexOf(']') > 0;
        // One colon is a port; more are an IPv6 address, with a port only after brackets.
        boolean mayEndInPort =
                bracketed ? colon > host.indexOf(']') : colon >= 0 && colon == host.indexOf(':');
        if (mayEndInPort && host.substring(colon + 1).matches("[0-9]{1,5}")) {
            port = Integer.parseInt(host, colon + 1, host.length(), 10);
            host = host.substring(0, colon);
        }
        int slash = host.indexOf('/');
        String address = host.substring(0, slash < 0 ? host.length() : slash);
        byte[] bytes = Addresses.literal(address.replace("[", "").replace("]", ""));
        if (bytes != null) {
            String length = slash < 0 ? "" : host.substring(slash + 1);
            int bits = length.matches("[0-9]{1,3}") ? Integer.parseInt(length) : 8 * bytes.length;
            return new ProxyExemption(address, port, bytes, Math.min(bits, 8 * bytes.length));
        }
        while (host.startsWith("*.") || host.startsWith(".")) {
            host = host.substring(host.indexOf('.') + 1);
        }
        return new ProxyExemption(host, port, null, 0);
    }

    boolean covers(Origin origin) {
        if (port != 0 && port != origin.port()) {
            return false;
        }
        if (host.equals("*")) {
            return true;
        }
        byte[] wanted = block;
        if (wanted == null) {
            return origin.host().equals(host) || origin.host().endsWith("." + host);
        }
        byte[] given = Addresses.literal(origin.host());
        if (given == null || given.length != wanted.length) {
            return false;
        }
        int whole = bits / 8;
        int mask = 0xff00 >> bits % 8 & 0xff;
        return Arrays.equals(given, 0, whole, wanted, 0, whole)
                && (mask == 0 || (given[whole] & mask) == (wanted[whole] & mask));
    }
}
