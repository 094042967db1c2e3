package dev.cistern.populate.source.oci.auth;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.PercentEncoding;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreEndpoint;
import dev.cistern.populate.source.rest.StoreErrors;
import dev.cistern.populate.source.rest.StoreRequest;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.Reason;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The token service of a registry's challenge (Distribution's "Token Authentication Specification" and "OAuth2 Token
/// Authentication").
final class TokenService {
    private static final int MAX_ANSWER_BYTES = 256 * 1024;
    private static final int MAX_SHOWN = 300;

    /// The specification's default for a response without `expires_in`.
    private static final long USUAL_LIFETIME_SECONDS = 60;

    /// Limit of a token's use.
    private static final long MAX_LIFETIME_SECONDS = 86_400;

    private final HttpClient http;
    private final Origin registry;
    private final String scope;
    private final String userAgent;
    private final LongSupplier clock;

    /// @param http closed by the caller
    /// @param registry whose challenges are answered
    /// @param scope requested where the challenge has none
    TokenService(
            HttpClient http, Origin registry, String scope, String userAgent, LongSupplier clock) {
        this.http = http;
        this.registry = registry;
        this.scope = scope;
        this.userAgent = userAgent;
        this.clock = clock;
    }

    /// Adds user and password, if any.
    private record Basic(String value) implements RequestSigner {
        @Override
        public void sign(OutgoingRequest request, long epochSecond) {
            request.header("authorization", value);
        }
    }

    private record Endpoint(Origin origin, @Nullable RequestSigner signer)
            implements StoreEndpoint {
        @Override
        public boolean refusedCredentials(ErrorAnswer answer) {
            return false;
        }
    }

    /// URL of the token service.
    private record Realm(Origin origin, String path, String query) {}

    /// Requests a token; one attempt.
    ///
    /// @param login null for an anonymous token
    /// @throws SourceException when no token is issued
    Token fetch(Challenge challenge, @Nullable Login login) throws SourceException {
        Realm realm = realm(challenge);
        long asked = clock.getAsLong();
        String identity = login == null ? null : login.identityToken();
        RequestSigner signer =
                login != null && identity == null && login.hasPassword()
                        ? new Basic(login.basic())
                        : null;
        Errors errors = new Errors(realm.origin, login == null);
        StoreSender sender =
                new StoreSender(http, new Endpoint(realm.origin, signer), errors, userAgent);
        StoreRequest request =
                identity == null
                        ? StoreRequest.get(realm.path).query(query(realm.query, challenge, login))
                        : StoreRequest.post(
                                        realm.path,
                                        "application/x-www-form-urlencoded",
                                        form(challenge, identity))
                                .query(realm.query);
        Json answer;
        try {
            answer =
                    Json.parse(
                            sender.document(
                                    request.header("accept", "application/json"),
                                    MAX_ANSWER_BYTES));
        } catch (IllegalArgumentException e) {
            // The parser's message may quote a token.
            throw StatusErrors.garbled(errors.where(), null, "the answer is not JSON");
        }
        String token = answer.get("token").text("");
        token = token.isEmpty() ? answer.get("access_token").text("") : token;
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw StatusErrors.garbled(errors.where(), null, "there is no token in the answer");
        }
        Long seconds = answer.get("expires_in").number();
        long life =
                seconds == null || seconds == 0
                        ? USUAL_LIFETIME_SECONDS
                        : Math.min(seconds, MAX_LIFETIME_SECONDS);
        return new Token(token, asked, asked + life * 1000);
    }

    /// A registry over TLS is trusted about its token service: it could also ask for the password itself. A token
    /// service without TLS is used only if the registry itself has none, because the password could be intercepted.
    private Realm realm(Challenge challenge) throws SourceException.Refused {
        Origin origin;
        URI uri;
        try {
            uri = URI.create(challenge.realm());
            origin = Origin.of(challenge.realm());
        } catch (IllegalArgumentException e) {
            throw StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    "registry "
                            + registry.authority()
                            + " names a token service that is no URL: "
                            + cut(challenge.realm()));
        }
        if (registry.secure() && !origin.secure()) {
            throw StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    "registry "
                            + registry.authority()
                            + " names the token service "
                            + origin
                            + ", which is not encrypted: nothing is sent there; set the registry's"
                            + " realm to an https URL");
        }
        if (isLinkLocal(origin.host())) {
            throw StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    "registry "
                            + registry.authority()
                            + " names the token service "
                            + origin
                            + ", a link-local address, where clouds keep what they tell a node"
                            + " alone: nothing is sent there; set the registry's realm");
        }
        String path = uri.getRawPath();
        String query = uri.getRawQuery();
        return new Realm(
                origin, path == null || path.isEmpty() ? "/" : path, query == null ? "" : query);
    }

    /// Whether a host is written as an address of 169.254.0.0/16 or fe80::/10.
    private static boolean isLinkLocal(String host) {
        return host.matches("169\\.254\\.[0-9]{1,3}\\.[0-9]{1,3}")
                || host.matches("(?i)fe[89ab][0-9a-f]:.*");
    }

    private String scope(Challenge challenge) {
        return challenge.scope().isEmpty() ? scope : challenge.scope();
    }

    private String query(String own, Challenge challenge, @Nullable Login login) {
        StringBuilder query = new StringBuilder(own);
        if (!challenge.service().isEmpty()) {
            parameter(query, "service", challenge.service());
        }
        // Several scopes are several parameters.
        for (String one : scope(challenge).split(" ", -1)) {
            if (!one.isEmpty()) {
                parameter(query, "scope", one);
            }
        }
        if (login != null && login.hasPassword()) {
            parameter(query, "account", login.username());
        }
        return query.toString();
    }

    private String form(Challenge challenge, String identityToken) {
        StringBuilder form = new StringBuilder();
        parameter(form, "grant_type", "refresh_token");
        parameter(form, "service", challenge.service());
        parameter(form, "scope", scope(challenge));
        parameter(form, "client_id", "cistern");
        parameter(form, "refresh_token", identityToken);
        return form.toString();
    }

    private static void parameter(StringBuilder to, String name, String value) {
        to.append(to.isEmpty() ? "" : "&").append(name).append('=');
        PercentEncoding.append(value, to, false);
    }

    private static String cut(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
    }

    /// Maps errors of the service.
    private record Errors(Origin origin, boolean anonymous) implements StoreErrors {
        @Override
        public String where() {
            return "the registry's token service " + origin;
        }

        @Override
        public SourceException of(ErrorAnswer answer, @Nullable String object) {
            String shown = "HTTP " + answer.status() + message(answer);
            return switch (answer.status()) {
                // OAuth2 refuses a refresh token with 400 (RFC 6749, section 5.2).
                case 400, 401 ->
                        anonymous
                                ? denied(shown)
                                : StatusErrors.credentials(
                                        where(),
                                        shown,
                                        "check the user name and password, or the token, in the"
                                                + " Secret of auth");
                case 403 -> denied(shown);
                default ->
                        StatusErrors.of(
                                answer,
                                shown,
                                where(),
                                object,
                                new StatusErrors.Hints(
                                        "check auth", "check the registry's realm", "check auth"));
            };
        }

        private SourceException denied(String shown) {
            return StatusErrors.refused(
                    Reason.ACCESS_DENIED,
                    where()
                            + " gives no token "
                            + (anonymous ? "without credentials (" : "for these credentials (")
                            + shown
                            + "); "
                            + (anonymous
                                    ? "the repository is not public, or not there: give"
                                            + " credentials in auth, and check its name"
                                    : "give them the right to pull from the repository, and check"
                                            + " that it is there"));
        }

        private static String message(ErrorAnswer answer) {
            String text = answer.document().strip();
            if (!text.startsWith("{")) {
                return "";
            }
            try {
                Json json = Json.parse(text.getBytes(StandardCharsets.UTF_8));
                Json first = json.get("errors").items().stream().findFirst().orElse(Json.NONE);
                String message =
                        first.get("message")
                                .text(
                                        json.get("error_description")
                                                .text(
                                                        json.get("details")
                                                                .text(json.get("error").text(""))));
                return message.isEmpty() ? "" : ": " + cut(message);
            } catch (IllegalArgumentException e) {
                return "";
            }
        }
    }
}
