package dev.cistern.doubles.azure;

import com.sun.net.httpserver.HttpExchange;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who may do what: the account's keys, shared access signatures, access tokens, and nobody in particular.
final class Authorizer {
    private static final Duration MOST_SKEW = Duration.ofMinutes(15);
    private static final String FAILED =
            "Server failed to authenticate the request. Make sure the value of Authorization header"
                    + " is formed correctly including the signature.";

    private final AccountKeys keys;
    private final EntraTokens tokens;
    private volatile Duration clockAhead = Duration.ZERO;
    private volatile PublicAccess publicAccess = PublicAccess.NONE;
    private volatile Set<String> listDenied = Set.of();
    private volatile Set<String> denied = Set.of();
    private volatile boolean keysOff;

    Authorizer(AccountKeys keys, EntraTokens tokens) {
        this.keys = keys;
        this.tokens = tokens;
    }

    void clockAhead(Duration duration) {
        clockAhead = duration;
    }

    void publicAccess(PublicAccess access) {
        publicAccess = access;
    }

    void denied(Set<String> principals) {
        denied = principals;
    }

    void listDenied(Set<String> principals) {
        listDenied = principals;
    }

    void keysOff(boolean off) {
        keysOff = off;
    }

    /// What the store's clock shows.
    Instant now() {
        return Instant.now().plus(clockAhead);
    }

    /// Why a request is refused; null when it is not.
    @Nullable Answer refusal(HttpExchange exchange, Asked asked) {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null && asked.query().containsKey("sig")) {
            return Answer.error(
                    400,
                    "InvalidAuthenticationInfo",
                    "Both an Authorization header and a SAS were given.");
        }
        if (authorization == null) {
            return asked.query().containsKey("sig") ? sas(asked) : anonymous(asked);
        }
        if (authorization.startsWith("SharedKey ")) {
            return sharedKey(exchange, asked, authorization);
        }
        if (authorization.startsWith("Bearer ")) {
            return bearer(asked, authorization.substring("Bearer ".length()));
        }
        return Answer.error(
                400,
                "InvalidAuthenticationInfo",
                "Authentication information is not given in the correct format. Check the value of"
                        + " Authorization header.");
    }

    private @Nullable Answer sharedKey(HttpExchange exchange, Asked asked, String authorization) {
        Answer off = keysOff();
        if (off != null) {
            return off;
        }
        String date =
                asked.headers().getOrDefault("x-ms-date", asked.headers().getOrDefault("date", ""));
        Instant signed;
        try {
            signed = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeParseException e) {
            return Answer.error(
                    403, "AuthenticationFailed", FAILED, "Request date header not specified");
        }
        if (signed.isBefore(now().minus(MOST_SKEW)) || signed.isAfter(now().plus(MOST_SKEW))) {
            return Answer.error(
                    403,
                    "AuthenticationFailed",
                    FAILED,
                    "Request date header too old: '" + date + "'");
        }
        String wrong =
                keys.refusal(
                        authorization,
                        exchange.getRequestMethod(),
                        exchange.getRequestHeaders(),
                        exchange.getRequestURI().getRawPath(),
                        asked.query());
        return wrong == null ? null : Answer.error(403, "AuthenticationFailed", FAILED, wrong);
    }

    private @Nullable Answer keysOff() {
        return keysOff
                ? Answer.error(
                        403,
                        "KeyBasedAuthenticationNotPermitted",
                        "Key based authentication is not permitted on this storage account.")
                : null;
    }

    private @Nullable Answer sas(Asked asked) {
        Map<String, String> sas = asked.query();
        Answer off = keysOff();
        if (off != null) {
            return off;
        }
        if (!keys.made(sas, asked.container(), asked.name())) {
            return Answer.error(
                    403,
                    "AuthenticationFailed",
                    FAILED,
                    "Signature did not match. String to sign used was r");
        }
        Instant start = time(sas.get("st"), Instant.MIN);
        Instant end = time(sas.get("se"), Instant.MIN);
        if (now().isBefore(start) || now().isAfter(end)) {
            return Answer.error(
                    403,
                    "AuthenticationFailed",
                    FAILED,
                    "Signature not valid in the specified time frame: Start ["
                            + sas.getOrDefault("st", "")
                            + "] - Expiry ["
                            + sas.getOrDefault("se", "")
                            + "] - Current ["
                            + now()
                            + "]");
        }
        boolean list = asked.kind() == Asked.Kind.LIST;
        if (sas.containsKey("ss")) {
            if (!sas.get("ss").contains("b")) {
                return Answer.error(
                        403,
                        "AuthorizationServiceMismatch",
                        "This request is not authorized to perform this operation using this"
                                + " service.");
            }
            if (!sas.getOrDefault("srt", "").contains(list ? "c" : "o")) {
                return Answer.error(
                        403,
                        "AuthorizationResourceTypeMismatch",
                        "This request is not authorized to perform this operation using this"
                                + " resource type.");
            }
        }
        return sas.getOrDefault("sp", "").contains(list ? "l" : "r") ? null : mismatch();
    }

    private static Instant time(@Nullable String text, Instant absent) {
        return text == null ? absent : OffsetDateTime.parse(text).toInstant();
    }

    private static Answer mismatch() {
        return Answer.error(
                403,
                "AuthorizationPermissionMismatch",
                "This request is not authorized to perform this operation using this permission.");
    }

    private @Nullable Answer bearer(Asked asked, String token) {
        String principal = tokens.principal(token);
        if (principal == null) {
            return Answer.error(
                            401,
                            "InvalidAuthenticationInfo",
                            "Server failed to authenticate the request. Please refer to the"
                                    + " information in the www-authenticate header.",
                            "Lifetime validation failed. The token is expired.")
                    .with(challenge());
        }
        boolean list = asked.kind() == Asked.Kind.LIST;
        return denied.contains(principal) || (list && listDenied.contains(principal))
                ? mismatch()
                : null;
    }

    private static Map<String, String> challenge() {
        return Map.of(
                "WWW-Authenticate",
                "Bearer authorization_uri=https://login.microsoftonline.com/tenant/oauth2/authorize"
                        + " resource_id=https://storage.azure.com");
    }

    private @Nullable Answer anonymous(Asked asked) {
        return switch (publicAccess) {
            case CONTAINER -> null;
            case BLOB ->
                    asked.kind() == Asked.Kind.LIST
                            ? Answer.error(
                                    404,
                                    "ResourceNotFound",
                                    "The specified resource does not exist.")
                            : null;
            case NONE ->
                    Answer.error(
                                    401,
                                    "NoAuthenticationInformation",
                                    "Server failed to authenticate the request. Please refer to the"
                                            + " information in the www-authenticate header.")
                            .with(challenge());
            case NOT_PERMITTED ->
                    Answer.error(
                            409,
                            "PublicAccessNotPermitted",
                            "Public access is not permitted on this storage account.");
        };
    }
}
