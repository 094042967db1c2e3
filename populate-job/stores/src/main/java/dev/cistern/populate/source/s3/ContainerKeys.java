package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.RedirectRule;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreEndpoint;
import dev.cistern.populate.source.rest.StoreErrors;
import dev.cistern.populate.source.rest.StoreRequest;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Keys of the role that the platform assigns to a container: the agent of EKS Pod Identity, or of ECS, returns them
/// for a token in a file that is rotated. The protocol is that of AWS's SDKs ("container credential provider"); a test
/// compares with the SDK.
///
/// The agent is on the node: it is reached without a proxy, and without TLS only at its own addresses and loopback.
final class ContainerKeys {
    private static final String FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private static final String RELATIVE_URI = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private static final String TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    private static final String TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

    private static final String ECS = "http://169.254.170.2";
    private static final Set<String> AGENTS =
            Set.of(
                    "169.254.170.2",
                    "169.254.170.23",
                    "fd00:ec2:0:0:0:0:0:23",
                    "fd00:ec2::23",
                    "localhost",
                    "::1",
                    "0:0:0:0:0:0:0:1");

    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    /// Lifetime of keys without an expiration: short.
    private static final long UNKNOWN_LIFETIME_MILLIS = 300_000;

    private ContainerKeys() {}

    /// Whether an environment names an agent.
    static boolean isIn(Map<String, String> environment) {
        return !environment.getOrDefault(FULL_URI, "").isEmpty()
                || !environment.getOrDefault(RELATIVE_URI, "").isEmpty();
    }

    /// The keys that an environment's agent gives.
    ///
    /// @param http without proxies; closed with the keys
    /// @param clock Unix time in milliseconds
    /// @throws SourceException.Refused when the variables are invalid
    static AwsKeys.Provider of(
            Map<String, String> environment, HttpClient http, String userAgent, LongSupplier clock)
            throws SourceException.Refused {
        if (!isIn(environment)) {
            throw wrong(
                    "neither "
                            + FULL_URI
                            + " nor "
                            + RELATIVE_URI
                            + " is set: no agent gives keys");
        }
        String full = environment.getOrDefault(FULL_URI, "");
        String url = full.isEmpty() ? ECS + environment.getOrDefault(RELATIVE_URI, "") : full;
        Agent agent = new Agent(origin(url), url, environment);
        StoreSender sender = new StoreSender(http, agent, agent, userAgent);
        int slash = url.indexOf('/', url.indexOf("://") + 3);
        int mark = url.indexOf('?');
        int end = mark < 0 ? url.length() : mark;
        String path = slash < 0 || slash > end ? "/" : url.substring(slash, end);
        StoreRequest request =
                StoreRequest.get(path)
                        .query(mark < 0 ? "" : url.substring(mark + 1))
                        .header("accept", "application/json");
        return new ExpiringKeys(
                () -> keys(sender.document(request, MAX_ANSWER_BYTES), agent, clock.getAsLong()),
                clock,
                sender::close);
    }

    private static Origin origin(String url) throws SourceException.Refused {
        Origin origin;
        try {
            origin = Origin.of(url);
        } catch (IllegalArgumentException e) {
            throw wrong(FULL_URI + ": " + e.getMessage());
        }
        boolean loopback = origin.host().matches("127(\\.[0-9]{1,3}){3}");
        if (!origin.secure() && !loopback && !AGENTS.contains(origin.host())) {
            throw wrong(
                    FULL_URI
                            + " names "
                            + origin
                            + ": without TLS only the agents' own addresses (169.254.170.2,"
                            + " 169.254.170.23, [fd00:ec2::23]) and loopback are asked for keys");
        }
        return origin;
    }

    private static SourceException.Refused wrong(String message) {
        return new SourceException.Refused(Reason.INVALID_CREDENTIALS, message, null);
    }

    private static ExpiringKeys.Issued keys(byte[] document, Agent agent, long now)
            throws SourceException {
        Json answer;
        try {
            answer = Json.parse(document);
        } catch (IllegalArgumentException e) {
            throw StatusErrors.garbled(agent.where(), null, "no JSON");
        }
        String id = answer.get("AccessKeyId").text("");
        String secret = answer.get("SecretAccessKey").text("");
        if (id.isEmpty() || secret.isEmpty()) {
            throw StatusErrors.garbled(agent.where(), null, "there are no keys in it");
        }
        return new ExpiringKeys.Issued(
                new AwsKeys(id, secret, answer.get("Token").text()),
                expires(answer.get("Expiration").text(""), agent, now));
    }

    private static long expires(String text, Agent agent, long now) throws SourceException {
        if (text.isEmpty()) {
            return now + UNKNOWN_LIFETIME_MILLIS;
        }
        try {
            return Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw StatusErrors.garbled(agent.where(), null, "its Expiration is no time");
        }
    }

    /// The agent's address and token, and the meaning of its errors.
    private record Agent(Origin origin, String url, Map<String, String> environment)
            implements StoreEndpoint, StoreErrors {
        @Override
        public @Nullable RequestSigner signer() throws SourceException {
            String token = token();
            return token == null ? null : new Token(token);
        }

        private @Nullable String token() throws SourceException {
            String file = environment.getOrDefault(TOKEN_FILE, "");
            if (file.isEmpty()) {
                String value = environment.getOrDefault(TOKEN, "");
                return value.isEmpty() ? null : value;
            }
            try {
                String text = Files.readString(Path.of(file)).strip();
                if (!text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c <= '~')) {
                    return text;
                }
            } catch (IOException e) {
                throw wrong(TOKEN_FILE + ": " + file + " cannot be read");
            }
            throw wrong(TOKEN_FILE + ": " + file + " holds no token");
        }

        @Override
        public RedirectRule redirected(Origin to) {
            return RedirectRule.REFUSED;
        }

        @Override
        public String where() {
            return "keys of the container's role at " + url;
        }

        @Override
        public SourceException of(ErrorAnswer answer, @Nullable String object) {
            String shown = "HTTP " + answer.status() + said(answer.document());
            if (StatusErrors.retryable(answer.status())) {
                return StatusErrors.unavailable(
                        answer, StatusErrors.busy(answer.status()), where(), shown);
            }
            return StatusErrors.refused(
                    answer.status() == 403 ? Reason.ACCESS_DENIED : Reason.INVALID_CREDENTIALS,
                    where()
                            + " are not given ("
                            + shown
                            + "); check that the ServiceAccount has a Pod Identity association in"
                            + " this cluster, and that the role trusts pods.eks.amazonaws.com");
        }

        private static String said(String document) {
            try {
                Json answer = Json.parse(document.getBytes(StandardCharsets.UTF_8));
                String code = answer.get("code").text(answer.get("Code").text(""));
                String message = answer.get("message").text(answer.get("Message").text(""));
                String line = (code + " " + message).strip().replaceAll("\\s+", " ");
                return line.isEmpty() ? "" : ": " + line.substring(0, Math.min(400, line.length()));
            } catch (IllegalArgumentException e) {
                return "";
            }
        }
    }

    /// The raw token, without a scheme.
    private record Token(String value) implements RequestSigner {
        @Override
        public void sign(OutgoingRequest request, long epochSecond) {
            request.header("authorization", value);
        }

        @Override
        public String toString() {
            return "Token";
        }
    }
}
