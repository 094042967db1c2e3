package dev.cistern.populate.source.oss.auth;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.PercentEncoding;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreEndpoint;
import dev.cistern.populate.source.rest.StoreRequest;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.OssAuth;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Exchanges the token of the pod's ServiceAccount for keys of a role: `AssumeRoleWithOIDC` of the Security Token
/// Service, which is not signed, with the parameters of Alibaba Cloud's own clients.
final class TokenService {
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    /// The longest that a role gives unless it is told otherwise.
    private static final int DURATION_SECONDS = 3600;

    private final OssAuth.Identity identity;
    private final String sessionName;
    private final StoreSender sender;
    private final LongSupplier clock;

    /// Requests are not signed; the token is in their bodies.
    private record Unsigned(Origin origin) implements StoreEndpoint {
        @Override
        public @Nullable RequestSigner signer() {
            return null;
        }
    }

    /// @param http closed by whoever made it
    /// @param clock Unix time in milliseconds
    TokenService(
            OssAuth.Identity identity,
            String sessionName,
            Origin origin,
            HttpClient http,
            String userAgent,
            LongSupplier clock) {
        this.identity = identity;
        this.sessionName = sessionName;
        this.clock = clock;
        StsErrors errors = new StsErrors(origin + ", for the role " + identity.roleArn() + ",");
        this.sender = new StoreSender(http, new Unsigned(origin), errors, userAgent);
    }

    /// New keys; one attempt.
    OssKeys fetch() throws SourceException {
        long asked = clock.getAsLong();
        StoreRequest request =
                StoreRequest.post(
                                "/",
                                "application/x-www-form-urlencoded",
                                form(
                                        List.of(
                                                "DurationSeconds",
                                                String.valueOf(DURATION_SECONDS),
                                                "RoleArn",
                                                identity.roleArn(),
                                                "OIDCProviderArn",
                                                identity.oidcProviderArn(),
                                                "OIDCToken",
                                                token(),
                                                "RoleSessionName",
                                                sessionName)))
                        .query(
                                form(
                                        List.of(
                                                "Action",
                                                "AssumeRoleWithOIDC",
                                                "Format",
                                                "JSON",
                                                "SignatureNonce",
                                                UUID.randomUUID().toString(),
                                                "Timestamp",
                                                Instant.ofEpochMilli(asked)
                                                        .truncatedTo(ChronoUnit.SECONDS)
                                                        .toString(),
                                                "Version",
                                                "2015-04-01")))
                        .header("accept", "application/json");
        Json keys;
        try {
            keys = Json.parse(sender.document(request, MAX_ANSWER_BYTES)).get("Credentials");
        } catch (IllegalArgumentException e) {
            throw StatusErrors.garbled(sender.where(), null, String.valueOf(e.getMessage()));
        }
        return new OssKeys(
                part(keys, "AccessKeyId"),
                part(keys, "AccessKeySecret"),
                part(keys, "SecurityToken"),
                asked,
                expires(keys));
    }

    /// The file is read each time: whoever writes it renews it.
    private String token() throws SourceException.Refused {
        String file = identity.tokenFile();
        try {
            String token = Files.readString(Path.of(file)).strip();
            if (!token.isEmpty()) {
                return token;
            }
        } catch (IOException e) {
            throw new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS,
                    "token file " + file + " cannot be read; mount a ServiceAccount's token there",
                    e);
        }
        throw new SourceException.Refused(
                Reason.INVALID_CREDENTIALS, "token file " + file + " holds no token", null);
    }

    private String part(Json keys, String name) throws SourceException {
        String value = keys.get(name).text("");
        if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw StatusErrors.garbled(sender.where(), null, "there is no " + name + " in it");
        }
        return value;
    }

    private long expires(Json keys) throws SourceException {
        long expires = HttpDates.millis(keys.get("Expiration").text());
        if (expires == 0) {
            throw StatusErrors.garbled(
                    sender.where(), null, "it does not say when the keys expire");
        }
        return expires;
    }

    private static String form(List<String> parameters) {
        StringBuilder form = new StringBuilder(512);
        for (int i = 0; i < parameters.size(); i += 2) {
            form.append(form.isEmpty() ? "" : "&").append(parameters.get(i)).append('=');
            PercentEncoding.append(parameters.get(i + 1), form, false);
        }
        return form.toString();
    }
}
