package dev.cistern.api;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// etcd and kube-apiserver on loopback: enough for admission. Both are stopped by [#close()], or when the JVM exits;
/// their files are deleted.
public final class ControlPlane implements AutoCloseable {
    /// Both are up in 5 s on an idle host.
    private static final Duration START = Duration.ofSeconds(90);

    private static final Duration STOP = Duration.ofSeconds(10);

    /// The first build of the program takes about 5 min; after that its path is printed at once.
    private static final Duration BUILD = Duration.ofMinutes(20);

    private final Path directory;
    private final List<Process> processes = new ArrayList<>();
    private final Thread atExit = new Thread(this::stop, "control-plane-stop");
    private final Config config;

    private ControlPlane(Path directory, Config config) {
        this.directory = directory;
        this.config = config;
    }

    /// Starts both and waits until the API server is ready.
    ///
    /// @throws IllegalStateException when it does not start; the message ends with the last lines of both logs
    public static ControlPlane start() throws IOException, InterruptedException {
        Path program = program();
        Path directory = Files.createTempDirectory("cistern-control-plane");
        int[] ports = freePorts(3);
        String token = UUID.randomUUID().toString();
        Path tokens =
                Files.createFile(
                        directory.resolve("tokens.csv"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(tokens, token + ",admin,admin,\"system:masters\"\n");
        Files.writeString(directory.resolve("service-account.pem"), newPrivateKey());
        Config config =
                new ConfigBuilder(Config.empty())
                        .withMasterUrl("https://127.0.0.1:" + ports[2])
                        .withOauthToken(token)
                        .withTrustCerts(true)
                        .withRequestRetryBackoffLimit(0)
                        .build();
        ControlPlane plane = new ControlPlane(directory, config);
        Runtime.getRuntime().addShutdownHook(plane.atExit);
        String etcd = "http://127.0.0.1:" + ports[0];
        plane.run(
                program,
                "etcd",
                "--data-dir",
                "etcd",
                "--unsafe-no-fsync",
                "--listen-client-urls",
                etcd,
                "--advertise-client-urls",
                etcd,
                "--listen-peer-urls",
                "http://127.0.0.1:" + ports[1]);
        plane.run(
                program,
                "kube-apiserver",
                "--etcd-servers",
                etcd,
                "--bind-address",
                "127.0.0.1",
                "--advertise-address",
                "127.0.0.1",
                "--secure-port",
                Integer.toString(ports[2]),
                "--cert-dir",
                "certs",
                "--service-cluster-ip-range",
                "10.97.0.0/24",
                "--endpoint-reconciler-type",
                "none",
                "--service-account-issuer",
                "https://kubernetes.default.svc",
                "--service-account-key-file",
                "service-account.pem",
                "--service-account-signing-key-file",
                "service-account.pem",
                "--token-auth-file",
                "tokens.csv",
                "--authorization-mode",
                "RBAC");
        plane.awaitReady();
        return plane;
    }

    /// A client as the cluster's administrator.
    public KubernetesClient client() {
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    @Override
    public void close() throws IOException {
        stop();
        Runtime.getRuntime().removeShutdownHook(atExit);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void run(Path program, String command, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(program.toString(), command));
        line.addAll(Arrays.asList(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(line)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve(command + ".log").toFile());
        processes.add(builder.start());
    }

    private void awaitReady() throws IOException, InterruptedException {
        Instant end = Instant.now().plus(START);
        String last = "";
        try (KubernetesClient client = client()) {
            while (Instant.now().isBefore(end) && processes.stream().allMatch(Process::isAlive)) {
                try {
                    if (client.raw("/readyz") instanceof String answer && answer.equals("ok")) {
                        return;
                    }
                } catch (KubernetesClientException e) {
                    last = String.valueOf(e.getMessage());
                }
                Thread.sleep(200);
            }
        }
        String logs = tail("etcd.log") + tail("kube-apiserver.log");
        close();
        throw new IllegalStateException(
                "the control plane did not get ready in " + START + ": " + last + logs);
    }

    private String tail(String log) throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve(log));
        return "\n"
                + log
                + ":\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }

    /// The API server is stopped first: without etcd it would log errors.
    private void stop() {
        for (Process process : processes.reversed()) {
            process.destroy();
            try {
                if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    /// The multi-call binary with all Kubernetes components, built by the cluster launcher.
    private static Path program() throws IOException, InterruptedException {
        Path launcher = Path.of("../test/cluster/cluster").toAbsolutePath().normalize();
        Process process =
                new ProcessBuilder(launcher.toString(), "part", "kubernetes")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        if (!process.waitFor(BUILD.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(launcher + " part kubernetes: not done in " + BUILD);
        }
        String path =
                new String(
                                process.getInputStream().readAllBytes(),
                                java.nio.charset.StandardCharsets.UTF_8)
                        .strip();
        if (process.exitValue() != 0 || path.isEmpty()) {
            throw new IllegalStateException(
                    launcher + " part kubernetes: exit code " + process.exitValue());
        }
        return Path.of(path);
    }

    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private static String newPrivateKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
            Base64.Encoder encoder = Base64.getMimeEncoder(64, new byte[] {'\n'});
            return "-----BEGIN PRIVATE KEY-----\n"
                    + encoder.encodeToString(key)
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
