package dev.cistern.populate.source.gcs.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.oauth.AccessToken;
import dev.cistern.populate.source.oauth.SubjectToken;
import dev.cistern.populate.source.oauth.TokenService;
import dev.cistern.populate.source.oauth.TokenSource;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.PercentEncoding;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/// The ways to obtain an access token, one record each. Each sends the same request as Google's own clients.
final class TokenSources {
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private TokenSources() {}

    /// With an assertion signed by a service account's key.
    record OfKey(ServiceAccountKey key, String scope, TokenService service) implements TokenSource {
        @Override
        public AccessToken fetch() throws SourceException {
            return service.form(
                    List.of(
                            "grant_type",
                            "urn:ietf:params:oauth:grant-type:jwt-bearer",
                            "assertion",
                            key.assertion(scope, service.now() / 1000)));
        }
    }

    /// By exchanging a token of another identity provider at the Security Token Service (RFC 8693).
    ///
    /// @param audience the workload identity provider, such as `//iam.googleapis.com/projects/…`
    /// @param subjectType type of the token
    record Exchanged(
            String audience,
            SubjectToken subject,
            String subjectType,
            String scope,
            TokenService service)
            implements TokenSource {
        static final String JWT = "urn:ietf:params:oauth:token-type:jwt";

        @Override
        public AccessToken fetch() throws SourceException {
            return service.form(
                    List.of(
                            "grant_type",
                            "urn:ietf:params:oauth:grant-type:token-exchange",
                            "audience",
                            audience,
                            "scope",
                            scope,
                            "requested_token_type",
                            ACCESS_TOKEN,
                            "subject_token_type",
                            subjectType,
                            "subject_token",
                            subject.read()));
        }
    }

    /// Of the identity that the node's metadata server assigns to this process.
    record OfNode(String scope, TokenService service) implements TokenSource {
        static final String PATH = "/computeMetadata/v1/instance/service-accounts/default/token";

        @Override
        public AccessToken fetch() throws SourceException {
            StringBuilder query = new StringBuilder("scopes=");
            PercentEncoding.append(scope, query, false);
            return service.metadata(query.toString(), "metadata-flavor", "Google");
        }
    }

    /// Of a user logged in with `gcloud`.
    record OfUser(String clientId, String clientSecret, String refreshToken, TokenService service)
            implements TokenSource {
        @Override
        public AccessToken fetch() throws SourceException {
            return service.form(
                    List.of(
                            "grant_type",
                            "refresh_token",
                            "client_id",
                            clientId,
                            "client_secret",
                            clientSecret,
                            "refresh_token",
                            refreshToken));
        }

        @Override
        public String toString() {
            return "refresh token of client " + clientId;
        }
    }

    /// Of a service account that the caller may impersonate.
    ///
    /// @param delegates intermediate service accounts, each of which may impersonate the next
    /// @param service called with the caller's token
    record Impersonated(List<String> delegates, String scope, TokenService service)
            implements TokenSource {
        /// Google's maximum without a policy that allows more.
        private static final long LIFETIME_SECONDS = 3600;

        @Override
        public AccessToken fetch() throws SourceException {
            long asked = service.now();
            Json answer = service.document(request());
            long expires = HttpDates.millis(answer.get("expireTime").text());
            if (expires == 0) {
                throw service.garbled("it does not say when the token expires");
            }
            return service.token(answer.get("accessToken").text(), asked, expires);
        }

        private String request() {
            StringWriter text = new StringWriter();
            try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
                json.writeStartObject();
                json.writeArrayFieldStart("delegates");
                for (String delegate : delegates) {
                    json.writeString(delegate);
                }
                json.writeEndArray();
                json.writeArrayFieldStart("scope");
                json.writeString(scope);
                json.writeEndArray();
                json.writeStringField("lifetime", LIFETIME_SECONDS + "s");
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return text.toString();
        }
    }
}
