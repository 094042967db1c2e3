package dev.cistern.test.server;

import dev.cistern.doubles.huggingface.HubFault;
import dev.cistern.doubles.huggingface.HubRepo;
import dev.cistern.doubles.huggingface.StrictHub;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The process that holds a strict Hugging Face Hub and the network that it leads to, where pods reach them.
///
/// Arguments: the address to listen on, the ports of the Hub and of the network, and a directory. What lies below
/// `files/` in it becomes a commit of the private model [#REPO], files of more than 64 KiB in Xet; the model [#GATED]
/// has the same, and nobody has accepted its conditions. What lies below `more/` is committed once a file `push` is
/// there. While a file `slow` is there the network breaks off after a MiB.
public final class HubServers {
    public static final String REPO = "team/model";
    public static final String GATED = "team/gated";
    public static final String TOKEN = "hf_cluster";

    private static final int LARGE = 64 * 1024;
    private static final int CUT_AFTER = 1 << 20;

    private HubServers() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[3]);
        StrictHub hub =
                new StrictHub(
                        new InetSocketAddress(args[0], Integer.parseInt(args[1])),
                        new InetSocketAddress(args[0], Integer.parseInt(args[2])));
        hub.accept(TOKEN, "reader");
        HubRepo repo = hub.repo("models", REPO);
        commit(repo, directory.resolve("files"));
        repo.restrictTo("reader");
        HubRepo gated = hub.repo("models", GATED);
        commit(gated, directory.resolve("files"));
        gated.gate();
        Path slow = directory.resolve("slow");
        hub.faults(
                request ->
                        request.kind() == StrictHub.Kind.NETWORK && Files.exists(slow)
                                ? new HubFault.Cut(CUT_AFTER)
                                : null);
        System.out.printf("hub on %s:%s, network on port %s%n", args[0], args[1], args[2]);
        Path push = directory.resolve("push");
        while (!Files.exists(push)) {
            Thread.sleep(100);
        }
        commit(repo, directory.resolve("more"));
        Files.createFile(directory.resolve("pushed"));
        Thread.currentThread().join();
    }

    private static void commit(HubRepo repo, Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                String name = root.relativize(file).toString();
                byte[] bytes = Files.readAllBytes(file);
                if (bytes.length > LARGE) {
                    repo.putXet(name, bytes);
                } else {
                    repo.put(name, bytes);
                }
            }
        }
    }

    /// The command that starts it.
    public static List<String> command(
            String address, int hubPort, int networkPort, Path directory) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                HubServers.class.getName(),
                address,
                String.valueOf(hubPort),
                String.valueOf(networkPort),
                directory.toString());
    }
}
