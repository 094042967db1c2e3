package dev.cistern.test.server;

import dev.cistern.test.cluster.Cluster;
import dev.cistern.test.cluster.ClusterException;
import dev.cistern.test.cluster.LocalCluster;
import dev.cistern.test.cluster.ServerProcess;
import dev.cistern.test.cluster.TestLog;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/// A real S3 server (versitygw over a directory) beside the cluster's pods, behind the [FaultProxy] and the
/// [StsServer]. Pods read through the proxy; tests write directly to the server.
public final class S3Server implements AutoCloseable {
    public static final String ACCESS_KEY = "AKIACISTERNTEST";
    public static final String SECRET_KEY = "cistern-test-secret";
    public static final String REGION = "us-east-1";

    private static final int S3_PORT = 29000;
    private static final int PROXY_PORT = 29001;
    private static final int STS_PORT = 29002;
    private static final int CONTROL_PORT = 29003;

    private final Path data;
    private final String address;
    private final ServerProcess gateway;
    private final ServerProcess servers;
    private final S3Client client;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private S3Server(Path data, String address, ServerProcess gateway, ServerProcess servers) {
        this.data = data;
        this.address = address;
        this.gateway = gateway;
        this.servers = servers;
        client =
                S3Client.builder()
                        .endpointOverride(uri(gateway.local(S3_PORT), ""))
                        .region(Region.of(REGION))
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)))
                        .httpClient(UrlConnectionHttpClient.create())
                        .forcePathStyle(true)
                        .build();
    }

    /// @param root the project's directory
    /// @param data the directory whose subdirectories are the buckets; its file system keeps extended attributes
    /// @param logs directory of the servers' logs
    public static S3Server start(Cluster cluster, Path root, Path data, Path logs) {
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new ClusterException("cannot create " + data, e);
        }
        String address = cluster.serverAddress();
        String program = LocalCluster.part(root, "versitygw");
        ServerProcess gateway =
                cluster.startServer(
                        "versitygw",
                        List.of(
                                program,
                                "--access",
                                ACCESS_KEY,
                                "--secret",
                                SECRET_KEY,
                                "--region",
                                REGION,
                                "--port",
                                address + ":" + S3_PORT,
                                "--keep-alive",
                                "--quiet",
                                "posix",
                                data.toString()),
                        List.of(S3_PORT),
                        logs.resolve("versitygw.log"));
        ServerProcess servers =
                cluster.startServer(
                        "proxy",
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                TestServers.class.getName(),
                                address,
                                String.valueOf(PROXY_PORT),
                                String.valueOf(STS_PORT),
                                String.valueOf(CONTROL_PORT),
                                String.valueOf(S3_PORT),
                                ACCESS_KEY,
                                SECRET_KEY,
                                REGION),
                        List.of(PROXY_PORT, STS_PORT, CONTROL_PORT),
                        logs.resolve("proxy.log"));
        var server = new S3Server(data, address, gateway, servers);
        TestLog.info(
                "S3 server: %s for pods, %s for this machine",
                server.endpoint(), gateway.local(S3_PORT));
        return server;
    }

    /// The endpoint that pods use.
    public String endpoint() {
        return "http://" + address + ":" + PROXY_PORT;
    }

    /// The STS that pods use.
    public String stsEndpoint() {
        return "http://" + address + ":" + STS_PORT;
    }

    /// Creates a bucket, empty and without faults.
    public Bucket createBucket(String name) {
        client.createBucket(b -> b.bucket(name));
        return bucket(name);
    }

    /// An existing bucket.
    public Bucket bucket(String name) {
        return new Bucket(this, name, data.resolve(name));
    }

    /// The port of [#endpoint].
    public int port() {
        return PROXY_PORT;
    }

    S3Client client() {
        return client;
    }

    void faults(String bucket, Faults faults) {
        put("/buckets/" + bucket + "/faults", faults.toProperties());
    }

    Traffic traffic(String bucket) {
        return Traffic.of(properties(get("/buckets/" + bucket + "/traffic")));
    }

    /// Makes the STS issue credentials for a role to one ServiceAccount's tokens.
    ///
    /// @param subject `system:serviceaccount:NAMESPACE:NAME`
    /// @param jwks the cluster's keys, as `/openid/v1/jwks` gives them
    public void trust(String roleArn, String issuer, String audience, String subject, String jwks) {
        var p = new Properties();
        p.setProperty("roleArn", roleArn);
        p.setProperty("issuer", issuer);
        p.setProperty("audience", audience);
        p.setProperty("subject", subject);
        p.setProperty("jwks", jwks);
        put("/sts/trust", p);
    }

    /// The STS's decisions: `issued ROLE` or `refused ROLE: why`, oldest first.
    public List<String> stsDecisions() {
        return get("/sts/decisions").lines().toList();
    }

    private void put(String path, Properties properties) {
        var text = new StringWriter();
        try {
            properties.store(text, null);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        send(
                HttpRequest.newBuilder(uri(servers.local(CONTROL_PORT), path))
                        .PUT(HttpRequest.BodyPublishers.ofString(text.toString())));
    }

    private String get(String path) {
        return send(HttpRequest.newBuilder(uri(servers.local(CONTROL_PORT), path)));
    }

    private String send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    http.send(
                            request.timeout(Duration.ofSeconds(10)).build(),
                            HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new ClusterException(
                        "proxy: " + response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new ClusterException("the proxy's control port does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted", e);
        }
    }

    private static Properties properties(String text) {
        var p = new Properties();
        try {
            p.load(new StringReader(text));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return p;
    }

    private static URI uri(InetSocketAddress address, String path) {
        return URI.create(
                "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + path);
    }

    @Override
    public void close() {
        client.close();
        http.close();
        servers.close();
        gateway.close();
    }
}
