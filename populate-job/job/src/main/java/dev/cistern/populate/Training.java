package dev.cistern.populate;

import dev.cistern.populate.cli.CisternCommand;
import dev.cistern.populate.digest.Crc64Nvme;
import dev.cistern.populate.engine.FaultPoints;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.job.PopulateJob;
import dev.cistern.populate.wire.ReportAnswer;
import dev.cistern.populate.wire.RunSpec;
import dev.cistern.populate.wire.S3Auth;
import dev.cistern.populate.wire.S3Spec;
import dev.cistern.populate.wire.SourceSpec;
import dev.cistern.populate.wire.TlsSpec;
import dev.cistern.populate.wire.Verify;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/// A small Job and a small command-line fill from a server in this process, to train the AOT cache. Needs no network
/// but loopback and no credentials.
final class Training {
    private static final int SMALL_FILES = 2000;
    private static final int SMALL_BYTES = 16 * 1024;
    private static final int LARGE_BYTES = 40 << 20;

    private Training() {}

    /// Runs the training; returns the exit code.
    ///
    /// @param arguments none, or a PKCS12 file for the server of a Job over TLS (its password is `training`), which is
    ///     127.0.0.1, and the PEM file of its certificate authority
    static int run(PrintStream log, String[] arguments) {
        Path work = null;
        try (ServerSocket listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress())) {
            work = Files.createTempDirectory("cistern-train");
            String url = "http://127.0.0.1:" + listener.getLocalPort();
            serve(listener);
            int job = job(url, url, null, work, log);
            CisternCommand command =
                    new CisternCommand(
                            Map.of(
                                    "AWS_ACCESS_KEY_ID",
                                    "training",
                                    "AWS_SECRET_ACCESS_KEY",
                                    "training"),
                            log,
                            log);
            command.run("fill", "--help");
            int fill =
                    command.run(
                            "fill",
                            "s3://training/t/",
                            work.resolve("cli").toString(),
                            "--endpoint",
                            url,
                            "--json");
            int secure = 0;
            if (arguments.length == 2) {
                if (!Tls.fast()) {
                    throw new IOException("BoringSSL's library cannot be loaded");
                }
                try (ServerSocket tls = secure(Path.of(arguments[0]))) {
                    serve(tls);
                    String secureUrl = "https://127.0.0.1:" + tls.getLocalPort();
                    secure = job(secureUrl, url, arguments[1], work, log);
                }
            }
            log.println("training: job " + job + ", fill " + fill + ", job over TLS " + secure);
            return job == 0 && fill == 0 && secure == 0 ? 0 : 1;
        } catch (IOException | GeneralSecurityException e) {
            log.println("training failed: " + e);
            return 1;
        } finally {
            remove(work);
        }
    }

    private static int job(
            String url, String reportUrl, @Nullable String caFile, Path work, PrintStream log)
            throws IOException {
        Path target = Files.createTempDirectory(work, "job");
        Map<String, String> environment = environment(url, reportUrl, caFile, work, target);
        return new PopulateJob(environment, log, FaultPoints.NONE).run();
    }

    private static ServerSocket secure(Path keys) throws IOException, GeneralSecurityException {
        char[] password = "training".toCharArray();
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(KeyStore.getInstance(keys.toFile(), password), password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        SSLServerSocket socket =
                (SSLServerSocket)
                        context.getServerSocketFactory()
                                .createServerSocket(0, 64, InetAddress.getLoopbackAddress());
        // Trained code is compiled only by the quick compiler, which has no AES intrinsics: the
        // JDK's AES would stay
        // slow where it replaces BoringSSL.
        socket.setEnabledProtocols(new String[] {"TLSv1.3"});
        socket.setEnabledCipherSuites(new String[] {"TLS_CHACHA20_POLY1305_SHA256"});
        return socket;
    }

    private static void serve(ServerSocket listener) {
        Thread server = new Thread(() -> accept(listener), "training-server");
        server.setDaemon(true);
        server.start();
    }

    private static Map<String, String> environment(
            String url, String reportUrl, @Nullable String caFile, Path work, Path target) {
        S3Spec store =
                new S3Spec(
                        url,
                        null,
                        true,
                        new TlsSpec(false, caFile, null),
                        "training",
                        "t/",
                        new S3Auth.AccessKey());
        SourceSpec source = new SourceSpec(store, "", List.of("**"), List.of("none/*"), null);
        RunSpec spec =
                new RunSpec(
                        new RunSpec.Run("training", "training", "training", 1),
                        List.of(source),
                        target.toString(),
                        0,
                        Verify.FULL,
                        RunSpec.Limits.CHOOSE,
                        new RunSpec.Report(reportUrl + "/report", 100));
        Map<String, String> environment = new HashMap<>();
        environment.put(RunSpec.ENVIRONMENT_NAME, spec.toJson());
        environment.put(RunSpec.TOKEN_ENVIRONMENT_NAME, "training");
        environment.put("CISTERN_SOURCE_0_ACCESS_KEY_ID", "training");
        environment.put("CISTERN_SOURCE_0_SECRET_ACCESS_KEY", "training");
        environment.put("CISTERN_TERMINATION_MESSAGE", work.resolve("result").toString());
        return environment;
    }

    private static void remove(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (java.util.stream.Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void accept(ServerSocket listener) {
        while (true) {
            Socket socket;
            try {
                socket = listener.accept();
            } catch (IOException e) {
                return;
            }
            Thread thread = new Thread(() -> serve(socket), "training-connection");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            java.io.InputStream in = new java.io.BufferedInputStream(socket.getInputStream());
            OutputStream out =
                    new java.io.BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
            byte[] zeros = new byte[64 * 1024];
            while (true) {
                String head = head(in);
                if (head.isEmpty()) {
                    return;
                }
                answer(head, in, out, zeros);
                out.flush();
            }
        } catch (IOException e) {
            // The client has disconnected.
            return;
        }
    }

    private static String head(java.io.InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.append((char) b);
            if (b == '\n' && head.length() > 3 && head.charAt(head.length() - 3) == '\n') {
                return head.toString();
            }
        }
        return "";
    }

    private static void answer(String head, java.io.InputStream in, OutputStream out, byte[] zeros)
            throws IOException {
        String target =
                head.substring(head.indexOf(' ') + 1, head.indexOf(' ', head.indexOf(' ') + 1));
        if (head.startsWith("POST")) {
            in.skipNBytes(Long.parseLong(header(head, "Content-Length")));
            text(out, "200 OK", new ReportAnswer(100).toJson());
            return;
        }
        if (target.contains("list-type=2")) {
            text(out, "200 OK", listing(target));
            return;
        }
        int size = target.contains("large") ? LARGE_BYTES : SMALL_BYTES;
        String range = header(head, "range");
        int from = range.isEmpty() ? 0 : Integer.parseInt(range.substring(6, range.indexOf('-')));
        int to =
                range.isEmpty()
                        ? size
                        : Integer.parseInt(range.substring(range.indexOf('-') + 1)) + 1;
        StringBuilder answer =
                new StringBuilder(
                        range.isEmpty() ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 206 Partial\r\n");
        if (range.isEmpty()) {
            answer.append(digest(target, size, zeros)).append("\r\n");
        } else {
            answer.append("Content-Range: bytes ")
                    .append(from)
                    .append('-')
                    .append(to - 1)
                    .append('/');
            answer.append(size).append("\r\n");
        }
        answer.append(
                "ETag: \"1\"\r\nLast-Modified: Thu, 12 Nov 2026 11:00:00 GMT\r\nContent-Length: ");
        answer.append(to - from).append("\r\n\r\n");
        out.write(answer.toString().getBytes(StandardCharsets.ISO_8859_1));
        if (!head.startsWith("HEAD")) {
            for (int left = to - from; left > 0; left -= zeros.length) {
                out.write(zeros, 0, Math.min(left, zeros.length));
            }
        }
    }

    /// For half of the small objects the digest that S3 adds by default, for all others one that the JDK implements.
    private static String digest(String target, int size, byte[] zeros) {
        boolean jdk = size == LARGE_BYTES || target.hashCode() % 2 == 0;
        Checksum digest = jdk ? new CRC32C() : new Crc64Nvme();
        for (int left = size; left > 0; left -= zeros.length) {
            digest.update(zeros, 0, Math.min(left, zeros.length));
        }
        long value = digest.getValue();
        ByteBuffer bytes =
                jdk
                        ? ByteBuffer.allocate(Integer.BYTES).putInt((int) value)
                        : ByteBuffer.allocate(Long.BYTES).putLong(value);
        return (jdk ? "x-amz-checksum-crc32c: " : "x-amz-checksum-crc64nvme: ")
                + Base64.getEncoder().encodeToString(bytes.array());
    }

    private static String listing(String target) {
        int at = target.indexOf("continuation-token=");
        int first =
                at < 0 ? 0 : Integer.parseInt(target.substring(at + 19, target.indexOf('&', at)));
        int last = Math.min(first + 1000, SMALL_FILES);
        StringBuilder xml =
                new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult>");
        xml.append("<EncodingType>url</EncodingType>");
        for (int i = first; i < last; i++) {
            object(xml, "t/d" + i / 100 + "/f%20" + (10_000 + i), SMALL_BYTES);
        }
        if (last == SMALL_FILES) {
            object(xml, "t/large", LARGE_BYTES);
        } else {
            xml.append("<NextContinuationToken>").append(last).append("</NextContinuationToken>");
        }
        return xml.append("<IsTruncated>")
                .append(last < SMALL_FILES)
                .append("</IsTruncated></ListBucketResult>")
                .toString();
    }

    private static void object(StringBuilder xml, String key, int size) {
        xml.append("<Contents><Key>")
                .append(key)
                .append("</Key><LastModified>2026-11-12T11:00:00.000Z</LastModified>");
        xml.append("<ETag>&#34;1&#34;</ETag><Size>").append(size).append("</Size></Contents>");
    }

    private static String header(String head, String name) {
        int at =
                head.toLowerCase(java.util.Locale.ROOT)
                        .indexOf("\n" + name.toLowerCase(java.util.Locale.ROOT) + ":");
        return at < 0 ? "" : head.substring(at + name.length() + 2, head.indexOf('\r', at)).strip();
    }

    private static void text(OutputStream out, String status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        out.write(
                ("HTTP/1.1 "
                                + status
                                + "\r\nContent-Type: application/xml\r\nContent-Length: "
                                + bytes.length
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes);
    }
}
