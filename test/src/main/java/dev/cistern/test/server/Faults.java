package dev.cistern.test.server;

import java.util.Properties;

/// Faults of the proxy for one bucket. Zero and the empty string mean none.
///
/// @param bytesPerSecond rate limit of all reads of objects together
/// @param gateAtBytes object bytes in all after which reads stop until the gate is moved; -1 leaves it open
/// @param refuseRequests how many of the next requests are answered with 503 SlowDown
/// @param cutAfterBytes bytes of one object read after which its connection is cut
/// @param cuts how many connections are cut so
/// @param listedFrom a text in listings that is replaced by `listedTo`
/// @param listedTo what `listedFrom` becomes
public record Faults(
        long bytesPerSecond,
        long gateAtBytes,
        int refuseRequests,
        long cutAfterBytes,
        int cuts,
        String listedFrom,
        String listedTo) {
    public static final Faults NONE = new Faults(0, -1, 0, 0, 0, "", "");

    public Faults withBytesPerSecond(long rate) {
        return new Faults(
                rate, gateAtBytes, refuseRequests, cutAfterBytes, cuts, listedFrom, listedTo);
    }

    public Faults withGateAtBytes(long gate) {
        return new Faults(
                bytesPerSecond, gate, refuseRequests, cutAfterBytes, cuts, listedFrom, listedTo);
    }

    public Faults withRefusedRequests(int count) {
        return new Faults(
                bytesPerSecond, gateAtBytes, count, cutAfterBytes, cuts, listedFrom, listedTo);
    }

    public Faults withCuts(int count, long afterBytes) {
        return new Faults(
                bytesPerSecond,
                gateAtBytes,
                refuseRequests,
                afterBytes,
                count,
                listedFrom,
                listedTo);
    }

    public Faults withListed(String from, String to) {
        return new Faults(
                bytesPerSecond, gateAtBytes, refuseRequests, cutAfterBytes, cuts, from, to);
    }

    Properties toProperties() {
        var p = new Properties();
        p.setProperty("bytesPerSecond", String.valueOf(bytesPerSecond));
        p.setProperty("gateAtBytes", String.valueOf(gateAtBytes));
        p.setProperty("refuseRequests", String.valueOf(refuseRequests));
        p.setProperty("cutAfterBytes", String.valueOf(cutAfterBytes));
        p.setProperty("cuts", String.valueOf(cuts));
        p.setProperty("listedFrom", listedFrom);
        p.setProperty("listedTo", listedTo);
        return p;
    }

    static Faults of(Properties p) {
        return new Faults(
                Long.parseLong(p.getProperty("bytesPerSecond")),
                Long.parseLong(p.getProperty("gateAtBytes")),
                Integer.parseInt(p.getProperty("refuseRequests")),
                Long.parseLong(p.getProperty("cutAfterBytes")),
                Integer.parseInt(p.getProperty("cuts")),
                p.getProperty("listedFrom"),
                p.getProperty("listedTo"));
    }
}
