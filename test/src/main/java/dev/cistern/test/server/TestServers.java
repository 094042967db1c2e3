package dev.cistern.test.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/// The process that holds the proxy, the STS and their control port.
///
/// Arguments: the address to listen on, the ports of proxy, STS and control, the S3 server's port on the same address, and its
/// root user's access key, secret and region.
public final class TestServers {
    private TestServers() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 8) {
            System.err.println(
                    "usage: TestServers ADDRESS PROXY_PORT STS_PORT CONTROL_PORT S3_PORT ACCESS_KEY"
                            + " SECRET REGION");
            System.exit(2);
        }
        var sessions = new SessionCredentials();
        var proxy =
                new FaultProxy(
                        new InetSocketAddress(args[0], Integer.parseInt(args[1])),
                        new InetSocketAddress(args[0], Integer.parseInt(args[4])),
                        new FaultProxy.Root(args[5], args[6], args[7]),
                        sessions);
        var sts =
                new StsServer(new InetSocketAddress(args[0], Integer.parseInt(args[2])), sessions);
        var control =
                new ControlServer(
                        new InetSocketAddress(args[0], Integer.parseInt(args[3])), proxy, sts);
        System.out.printf(
                "proxy on %s:%d, control on port %d%n", args[0], proxy.port(), control.port());
        new CountDownLatch(1).await();
    }
}
