package dev.cistern.bench;

import java.net.URI;
import java.nio.file.Path;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.transfer.s3.S3TransferManager;
import software.amazon.awssdk.transfer.s3.model.CompletedDirectoryDownload;

/// Fills a directory by the Transfer Manager over the CRT client.
public final class TransferManagerPeer {
    private TransferManagerPeer() {}

    /// @param args endpoint, bucket, key or prefix with its slash, directory
    public static void main(String[] args) {
        String bucket = args[1];
        String path = args[2];
        Path directory = Path.of(args[3]);
        try (S3AsyncClient client =
                        S3AsyncClient.crtBuilder()
                                .endpointOverride(URI.create(args[0]))
                                .region(Region.of(System.getenv("AWS_REGION")))
                                .credentialsProvider(
                                        EnvironmentVariableCredentialsProvider.create())
                                .forcePathStyle(true)
                                .targetThroughputInGbps(20.0)
                                .build();
                S3TransferManager manager = S3TransferManager.builder().s3Client(client).build()) {
            if (!path.endsWith("/")) {
                Path file = directory.resolve(path.substring(path.lastIndexOf('/') + 1));
                manager.downloadFile(
                                d ->
                                        d.getObjectRequest(g -> g.bucket(bucket).key(path))
                                                .destination(file))
                        .completionFuture()
                        .join();
                return;
            }
            CompletedDirectoryDownload done =
                    manager.downloadDirectory(
                                    d ->
                                            d.bucket(bucket)
                                                    .listObjectsV2RequestTransformer(
                                                            l -> l.prefix(path))
                                                    .destination(directory))
                            .completionFuture()
                            .join();
            if (!done.failedTransfers().isEmpty()) {
                System.err.println("failed: " + done.failedTransfers().getFirst());
                System.exit(1);
            }
        }
    }
}
