package dev.cistern.test.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/// A strict STS with one action, `AssumeRoleWithWebIdentity`, that issues [SessionCredentials] for ServiceAccount
/// tokens that its roles trust. Everything else is refused with the error code of the real one.
final class StsServer implements AutoCloseable {
    private static final String VERSION = "2011-06-15";
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final int MAX_DECISIONS = 1000;

    private final HttpServer server;
    private final SessionCredentials sessions;
    private final Map<String, WebIdentity.Trust> roles = new ConcurrentHashMap<>();
    private final List<String> decisions = new CopyOnWriteArrayList<>();

    StsServer(InetSocketAddress listen, SessionCredentials sessions) throws IOException {
        this.sessions = sessions;
        server = HttpServer.create(listen, 64);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    void trust(String roleArn, WebIdentity.Trust trust) {
        roles.put(roleArn, trust);
    }

    /// Decisions, oldest first: `issued ROLE` or `refused ROLE: why`.
    List<String> decisions() {
        return List.copyOf(decisions);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String form =
                    exchange.getRequestMethod().equals("POST")
                            ? new String(
                                    exchange.getRequestBody().readNBytes(MAX_BODY_BYTES),
                                    StandardCharsets.UTF_8)
                            : Optional.ofNullable(exchange.getRequestURI().getRawQuery())
                                    .orElse("");
            Map<String, String> parameters = parse(form);
            String role = parameters.getOrDefault("RoleArn", "");
            if (!parameters.getOrDefault("Action", "").equals("AssumeRoleWithWebIdentity")
                    || !parameters.getOrDefault("Version", "").equals(VERSION)) {
                refuse(
                        exchange,
                        400,
                        "InvalidAction",
                        role,
                        "only AssumeRoleWithWebIdentity of " + VERSION + " is known");
                return;
            }
            if (!parameters.getOrDefault("RoleSessionName", "").matches("[\\w+=,.@-]{2,64}")) {
                refuse(
                        exchange,
                        400,
                        "ValidationError",
                        role,
                        "RoleSessionName must match [\\w+=,.@-]{2,64}");
                return;
            }
            WebIdentity.Trust trust = roles.get(role);
            if (trust == null) {
                refuse(
                        exchange,
                        403,
                        "AccessDenied",
                        role,
                        "Not authorized to perform sts:AssumeRoleWithWebIdentity");
                return;
            }
            Optional<String> refusal =
                    WebIdentity.refusal(
                            parameters.getOrDefault("WebIdentityToken", ""), trust, Instant.now());
            if (refusal.isPresent()) {
                refuse(exchange, 400, "InvalidIdentityToken", role, refusal.get());
                return;
            }
            issue(exchange, role);
        }
    }

    private void issue(HttpExchange exchange, String role) throws IOException {
        SessionCredentials.Session session = sessions.issue(Instant.now(), Duration.ofHours(1));
        decide("issued " + role);
        answer(
                exchange,
                200,
                """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <AssumeRoleWithWebIdentityResult>
                    <AssumedRoleUser><Arn>%s</Arn><AssumedRoleId>AROA:session</AssumedRoleId></AssumedRoleUser>
                    <Credentials>
                      <AccessKeyId>%s</AccessKeyId>
                      <SecretAccessKey>%s</SecretAccessKey>
                      <SessionToken>%s</SessionToken>
                      <Expiration>%s</Expiration>
                    </Credentials>
                  </AssumeRoleWithWebIdentityResult>
                  <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
                </AssumeRoleWithWebIdentityResponse>
                """
                        .formatted(
                                role,
                                session.accessKey(),
                                session.secret(),
                                session.token(),
                                session.expires()
                                        .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)));
    }

    private void refuse(HttpExchange exchange, int status, String code, String role, String why)
            throws IOException {
        decide("refused " + role + ": " + why);
        answer(
                exchange,
                status,
                """
                <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                  <Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>
                  <RequestId>1</RequestId>
                </ErrorResponse>
                """
                        .formatted(code, why));
    }

    private void decide(String decision) {
        if (decisions.size() < MAX_DECISIONS) {
            decisions.add(decision);
        }
    }

    private static void answer(HttpExchange exchange, int status, String xml) throws IOException {
        byte[] body = xml.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/xml");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static Map<String, String> parse(String form) {
        var parameters = new HashMap<String, String>();
        for (String pair : form.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
