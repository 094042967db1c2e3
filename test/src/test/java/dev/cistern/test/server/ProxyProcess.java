package dev.cistern.test.server;

import dev.cistern.doubles.proxy.ForwardProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/// The process that holds an HTTP proxy where pods reach it. It prints each request that it gets as a line.
///
/// Arguments: address and port to listen on, user and password that it lets in.
public final class ProxyProcess {
    private static final long LOOK_MILLIS = 50;

    private ProxyProcess() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        var proxy = new ForwardProxy(new InetSocketAddress(args[0], Integer.parseInt(args[1])));
        proxy.wants(args[2], args[3]);
        System.out.println("proxy on " + proxy.address());
        int told = 0;
        while (true) {
            List<String> asked = proxy.asked();
            for (; told < asked.size(); told++) {
                System.out.println(asked.get(told));
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /// The command that starts it.
    public static List<String> command(String address, int port, String user, String password) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ProxyProcess.class.getName(),
                address,
                String.valueOf(port),
                user,
                password);
    }
}
