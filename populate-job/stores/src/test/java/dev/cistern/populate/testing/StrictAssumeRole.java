package dev.cistern.populate.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/// A token service that lets one key assume roles, and the keys that it gives assume further ones. It checks each signature by signing what it
/// got itself, with AWS's own signer. The session tokens that it gives are `of ROLE`.
public final class StrictAssumeRole implements AutoCloseable {
    private static final DateTimeFormatter SIGNED =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssX", Locale.ROOT);

    private final HttpServer server;
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final Map<String, String> tokens = new ConcurrentHashMap<>();
    private final List<Map<String, String>> asked = new CopyOnWriteArrayList<>();

    /// @param id of the key that may assume roles
    public StrictAssumeRole(String id, String secret) throws IOException {
        secrets.put(id, secret);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", this::handle);
        server.start();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// The parameters of all that was asked, with the region that it was signed for as `region` and the key as `key`.
    public List<Map<String, String>> asked() {
        return asked;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Map<String, String> form = form(new String(body, StandardCharsets.UTF_8));
            String given = exchange.getRequestHeaders().getFirst("Authorization");
            String[] scope =
                    String.valueOf(given).replaceFirst(".*Credential=([^,]*),.*", "$1").split("/");
            String problem = scope.length != 5 ? "MissingAuthenticationToken" : null;
            if (problem == null) {
                form.put("key", scope[0]);
                form.put("region", scope[2]);
                problem = problem(exchange, body, given, scope);
            }
            asked.add(form);
            boolean whole =
                    "AssumeRole".equals(form.get("Action"))
                            && "2011-06-15".equals(form.get("Version"))
                            && form.containsKey("RoleSessionName")
                            && form.containsKey("RoleArn");
            if (problem == null && !whole) {
                problem = "ValidationError";
            }
            byte[] answer =
                    (problem == null ? keys(form.getOrDefault("RoleArn", "")) : error(problem))
                            .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/xml");
            exchange.sendResponseHeaders(problem == null ? 200 : 403, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private @Nullable String problem(
            HttpExchange exchange, byte[] body, String given, String[] scope) {
        String secret = secrets.get(scope[0]);
        if (secret == null) {
            return "InvalidClientTokenId";
        }
        String token = tokens.get(scope[0]);
        String sent = exchange.getRequestHeaders().getFirst("X-Amz-Security-Token");
        if (!java.util.Objects.equals(token, sent)) {
            return "InvalidClientTokenId";
        }
        String date = exchange.getRequestHeaders().getFirst("X-Amz-Date");
        SdkHttpRequest.Builder request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.POST)
                        .uri(URI.create(endpoint() + exchange.getRequestURI()));
        for (String name : given.replaceFirst(".*SignedHeaders=([^,]*),.*", "$1").split(";")) {
            if (!name.startsWith("x-amz-") || name.equals("x-amz-content-sha256")) {
                request.putHeader(name, exchange.getRequestHeaders().getFirst(name));
            }
        }
        AwsCredentialsIdentity identity =
                token == null
                        ? AwsCredentialsIdentity.create(scope[0], secret)
                        : AwsSessionCredentialsIdentity.create(scope[0], secret, token);
        SdkHttpRequest signed =
                AwsV4HttpSigner.create()
                        .sign(
                                r ->
                                        r.identity(identity)
                                                .request(request.build())
                                                .payload(() -> new ByteArrayInputStream(body))
                                                .putProperty(AwsV4HttpSigner.REGION_NAME, scope[2])
                                                .putProperty(
                                                        AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME,
                                                        "sts")
                                                .putProperty(
                                                        HttpSigner.SIGNING_CLOCK,
                                                        Clock.fixed(
                                                                SIGNED.parse(date, Instant::from),
                                                                ZoneOffset.UTC)))
                        .request();
        String expected = signed.firstMatchingHeader("Authorization").orElse("");
        return signature(expected).equals(signature(given)) ? null : "SignatureDoesNotMatch";
    }

    private static String signature(String authorization) {
        return authorization.replaceFirst(".*Signature=", "");
    }

    private static Map<String, String> form(String body) {
        Map<String, String> form = new TreeMap<>();
        for (String pair : body.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                form.put(
                        URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return form;
    }

    private String keys(String role) {
        String id = "ASIA" + role.substring(role.lastIndexOf('/') + 1);
        secrets.put(id, "secret of " + role);
        tokens.put(id, "of " + role);
        return "<AssumeRoleResponse"
                + " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"
                + "<Credentials><AccessKeyId>"
                + id
                + "</AccessKeyId><SecretAccessKey>secret of "
                + role
                + "</SecretAccessKey><SessionToken>of "
                + role
                + "</SessionToken><Expiration>"
                + Instant.now().plusSeconds(3600).truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    }

    private static String error(String code) {
        return "<ErrorResponse><Error><Type>Sender</Type><Code>"
                + code
                + "</Code><Message>no</Message></Error></ErrorResponse>";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
