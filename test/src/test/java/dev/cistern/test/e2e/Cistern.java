package dev.cistern.test.e2e;

import static dev.cistern.test.cluster.TestLog.info;

import dev.cistern.test.cluster.Cluster;
import dev.cistern.test.cluster.ClusterException;
import dev.cistern.test.cluster.Clusters;
import dev.cistern.test.server.S3Server;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// A cluster with Cistern, deployed from the unchanged `deploy/`, and an S3 server that its pods reach.
final class Cistern implements AutoCloseable {
    static final String NAMESPACE = "cistern-system";
    static final String POPULATE_NAMESPACE = "cistern-populate";

    /// The namespace of Secrets for OSSVolumePopulator.
    static final String OSS_POPULATE_NAMESPACE = "ack-volume-populator";

    static final String CONTROLLER_LABELS = "app.kubernetes.io/name=cistern-controller";
    static final String CSI_LABELS = "app.kubernetes.io/name=cistern-csi";

    /// The StorageBackend that most tests use; its Secret is in the populate namespace.
    static final String BACKEND = "store";

    static final ResourceDefinitionContext RUNS =
            new ResourceDefinitionContext.Builder()
                    .withGroup("cistern.dev")
                    .withVersion("v1alpha1")
                    .withKind("VolumePopulation")
                    .withPlural("volumepopulations")
                    .withNamespaced(true)
                    .build();

    /// Distinguishes this run's namespaces from those of an earlier run on a kept cluster.
    private static final String RUN = Long.toString(System.currentTimeMillis() / 1000 % 46_656, 36);

    private final Cluster cluster;
    private final KubernetesClient client;
    private final Kubectl kubectl;
    private final S3Server s3;
    private final Path root;
    private static final AtomicInteger TEAMS = new AtomicInteger();

    private Cistern(Cluster cluster, KubernetesClient client, S3Server s3, Path root) {
        this.cluster = cluster;
        this.client = client;
        this.kubectl = new Kubectl(cluster);
        this.s3 = s3;
        this.root = root;
    }

    /// Starts everything; takes about a minute once the cluster's components are built.
    static Cistern start() {
        Instant start = Instant.now();
        Path root = findRoot();
        Deque<AutoCloseable> started = new ArrayDeque<>();
        try {
            Cluster cluster = Clusters.start("e2e", 2, root);
            started.push(cluster);
            List<Path> images = images(root);
            info("images: loading %d archives", images.size());
            cluster.loadImages(images);
            S3Server s3 =
                    S3Server.start(
                            cluster, root, scratch(root), root.resolve("test/target/system"));
            started.push(s3);
            var cistern = new Cistern(cluster, client(cluster.kubeconfig()), s3, root);
            cistern.deploy();
            info("cistern: ready after %d s", Duration.between(start, Instant.now()).toSeconds());
            started.clear();
            return cistern;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            // Empty on success.
            started.forEach(Cistern::closeQuietly);
        }
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            info("closing %s: %s", resource, e);
        }
    }

    private static KubernetesClient client(Path kubeconfig) throws IOException {
        Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
        String certificate = config.getClientCertData();
        if (certificate != null) {
            // The client takes a PKCS #8 key for an RSA key unless it is told.
            config.setClientKeyAlgo(keyAlgorithm(Base64.getDecoder().decode(certificate)));
        }
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    private static String keyAlgorithm(byte[] certificate) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate))
                    .getPublicKey()
                    .getAlgorithm();
        } catch (CertificateException e) {
            throw new ClusterException("the kubeconfig's client certificate is not one", e);
        }
    }

    private static Path findRoot() {
        Path root = Path.of(System.getProperty("cistern.root", "..")).toAbsolutePath().normalize();
        if (!Files.isDirectory(root.resolve("deploy"))) {
            throw new ClusterException(
                    "no directory deploy in "
                            + root
                            + ": set -Dcistern.root to the project's directory");
        }
        return root;
    }

    private static Path scratch(Path root) {
        return root.resolve("test/target/s3-" + ProcessHandle.current().pid());
    }

    private static List<Path> images(Path root) throws IOException {
        Path directory = root.resolve("target/images");
        if (!Files.isDirectory(directory)) {
            throw new ClusterException(
                    "no images in "
                            + directory
                            + ": run deploy/images/build.sh first (`make images`)");
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".tar")).sorted().toList();
        }
    }

    private void deploy() {
        ReferenceGrants.install(kubectl);
        info("cistern: applying deploy/cross-namespace");
        // As docs/install.md describes for such clusters.
        String all = root.resolve("deploy/cross-namespace").toString();
        kubectl.run("apply", "--server-side", "-k", all);
        kubectl.run("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
        kubectl.run("apply", "--server-side", "-k", root.resolve("deploy/populators").toString());
        for (String kind : List.of("deployment", "daemonset")) {
            for (String name :
                    kubectl.run("get", kind, "-n", NAMESPACE, "-o", "name").lines().toList()) {
                kubectl.run("rollout", "status", name, "-n", NAMESPACE, "--timeout=120s");
            }
        }
        kubectl.apply(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: store, namespace: %s}
                stringData: {id: %s, key: %s}
                """
                        .formatted(POPULATE_NAMESPACE, S3Server.ACCESS_KEY, S3Server.SECRET_KEY));
        kubectl.apply(backend(BACKEND, "store"));
    }

    /// A StorageBackend for this S3 server.
    ///
    /// @param secret in the populate namespace, with keys `id` and `key`
    String backend(String name, String secret) {
        return """
        apiVersion: cistern.dev/v1alpha1
        kind: StorageBackend
        metadata: {name: %s}
        spec:
          type: s3
          auth:
            mode: accessKey
            accessKeyIdSecretRef: {name: %s, key: id}
            secretAccessKeySecretRef: {name: %s, key: key}
          s3: {region: %s, endpoint: "%s", forcePathStyle: true}
        """
                .formatted(name, secret, secret, S3Server.REGION, s3.endpoint());
    }

    /// The S3 server as a service of the cluster, at the address that the examples name.
    String s3Service() {
        return """
        apiVersion: v1
        kind: Namespace
        metadata: {name: object-store}
        ---
        """
                + outsideService("s3", 9000, s3.port());
    }

    /// A server beside the cluster as a service of the namespace `object-store`.
    ///
    /// @param port that pods ask
    /// @param serverPort that the server listens on
    String outsideService(String name, int port, int serverPort) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: object-store}
        spec:
          ports: [{name: http, port: %d, targetPort: %d}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: %s-outside
          namespace: object-store
          labels: {kubernetes.io/service-name: %s}
        addressType: IPv4
        ports: [{name: http, port: %d}]
        endpoints: [{addresses: ["%s"]}]
        """
                .formatted(name, port, serverPort, name, name, serverPort, cluster.serverAddress());
    }

    Team newTeam() {
        return new Team(this, "team-a-" + RUN + "-" + TEAMS.incrementAndGet());
    }

    Cluster cluster() {
        return cluster;
    }

    KubernetesClient client() {
        return client;
    }

    Kubectl kubectl() {
        return kubectl;
    }

    S3Server s3() {
        return s3;
    }

    /// The project's directory.
    Path root() {
        return root;
    }

    /// Directory for logs and reports.
    Path output() {
        return root.resolve("test/target/system");
    }

    @Override
    public void close() {
        client.close();
        s3.close();
        cluster.close();
        delete(scratch(root));
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file :
                    (Iterable<Path>) files.sorted(java.util.Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        } catch (IOException e) {
            info("left behind: %s (%s)", directory, e);
        }
    }
}
