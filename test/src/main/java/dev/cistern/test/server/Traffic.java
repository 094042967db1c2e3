package dev.cistern.test.server;

import java.util.Properties;

/// The proxy's counters for one bucket.
///
/// @param lists requests that listed
/// @param heads `HEAD` requests
/// @param gets `GET`s of objects
/// @param objectBytes bytes of objects that were sent to clients
/// @param refused requests answered with 503 by an injected fault
/// @param cut connections closed by an injected fault
/// @param denied requests whose temporary credentials were not valid
public record Traffic(
        long lists, long heads, long gets, long objectBytes, long refused, long cut, long denied) {

    /// The difference to `earlier`.
    public Traffic since(Traffic earlier) {
        return new Traffic(
                lists - earlier.lists,
                heads - earlier.heads,
                gets - earlier.gets,
                objectBytes - earlier.objectBytes,
                refused - earlier.refused,
                cut - earlier.cut,
                denied - earlier.denied);
    }

    Properties toProperties() {
        var p = new Properties();
        p.setProperty("lists", String.valueOf(lists));
        p.setProperty("heads", String.valueOf(heads));
        p.setProperty("gets", String.valueOf(gets));
        p.setProperty("objectBytes", String.valueOf(objectBytes));
        p.setProperty("refused", String.valueOf(refused));
        p.setProperty("cut", String.valueOf(cut));
        p.setProperty("denied", String.valueOf(denied));
        return p;
    }

    static Traffic of(Properties p) {
        return new Traffic(
                Long.parseLong(p.getProperty("lists")),
                Long.parseLong(p.getProperty("heads")),
                Long.parseLong(p.getProperty("gets")),
                Long.parseLong(p.getProperty("objectBytes")),
                Long.parseLong(p.getProperty("refused")),
                Long.parseLong(p.getProperty("cut")),
                Long.parseLong(p.getProperty("denied")));
    }
}
