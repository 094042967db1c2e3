package dev.cistern.populate.source.azureblob.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.oauth.AccessToken;
import dev.cistern.populate.source.oauth.SubjectToken;
import dev.cistern.populate.source.oauth.TokenService;
import dev.cistern.populate.source.oauth.TokenSource;
import dev.cistern.populate.source.rest.PercentEncoding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Ways to obtain an access token of Microsoft Entra ID, with the requests of Azure's own clients.
final class EntraTokens {
    /// Azure Storage, in every cloud.
    private static final String RESOURCE = "https://storage.azure.com";

    private static final String SCOPE = RESOURCE + "/.default";

    private EntraTokens() {}

    /// By an application's client secret.
    record ClientSecret(Secret clientId, Secret clientSecret, TokenService service)
            implements TokenSource {
        @Override
        public AccessToken fetch() throws SourceException {
            return service.form(
                    List.of(
                            "grant_type",
                            "client_credentials",
                            "client_id",
                            clientId.read(),
                            "client_secret",
                            clientSecret.read(),
                            "scope",
                            SCOPE));
        }
    }

    /// By a ServiceAccount token of the cluster, which a federated credential of the identity trusts.
    record Federated(String clientId, SubjectToken subject, TokenService service)
            implements TokenSource {
        private static final String JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

        @Override
        public AccessToken fetch() throws SourceException {
            return service.form(
                    List.of(
                            "grant_type",
                            "client_credentials",
                            "client_id",
                            clientId,
                            "client_assertion_type",
                            JWT,
                            "client_assertion",
                            subject.read(),
                            "scope",
                            SCOPE));
        }
    }

    /// Of an identity of the machine.
    ///
    /// @param clientId of a user-assigned identity; null for the machine's own
    record OfNode(@Nullable Secret clientId, TokenService service) implements TokenSource {
        static final String PATH = "/metadata/identity/oauth2/token";

        @Override
        public AccessToken fetch() throws SourceException {
            StringBuilder query = new StringBuilder("api-version=2018-02-01&resource=");
            PercentEncoding.append(RESOURCE, query, false);
            if (clientId != null) {
                query.append("&client_id=");
                PercentEncoding.append(clientId.read(), query, false);
            }
            return service.metadata(query.toString(), "metadata", "true");
        }
    }
}
