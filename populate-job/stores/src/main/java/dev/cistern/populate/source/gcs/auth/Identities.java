package dev.cistern.populate.source.gcs.auth;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.oauth.AccessToken;
import dev.cistern.populate.source.oauth.SubjectToken;
import dev.cistern.populate.source.oauth.TokenErrors;
import dev.cistern.populate.source.oauth.TokenService;
import dev.cistern.populate.source.oauth.TokenSource;
import dev.cistern.populate.source.rest.CredentialCache;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.GcsAuth;
import dev.cistern.populate.wire.GcsSpec;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Creates a token source for a specification's authentication. No service is called before the first token is needed.
public final class Identities implements AutoCloseable {
    private static final String OAUTH = "https://oauth2.googleapis.com/token";
    private static final String STS = "https://sts.googleapis.com/v1/token";
    private static final String IAM = "https://iamcredentials.googleapis.com";

    /// Name of the environment variable with host and port of the metadata server, as Google's own clients know it.
    private static final String METADATA_HOST = "GCE_METADATA_HOST";

    private static final String KEY_HINT =
            "the key or its account may be gone or off: make a new key";

    private final StoreContext context;
    private final HttpClient http;
    private final HttpClient direct;

    /// @param tls also for the services
    public Identities(StoreContext context, Tls tls) {
        this.context = context;
        this.http = context.http(tls);
        // The metadata server is on the node.
        this.direct =
                new HttpClient(
                        new HttpClient.Settings(
                                StoreContext.CONNECT_MILLIS,
                                StoreContext.FIRST_BYTE_MILLIS,
                                context.buffers()),
                        tls);
    }

    /// The tokens for requests to the store; null for anonymous requests.
    ///
    /// @param as service account to impersonate; null for none
    /// @throws SourceException.Refused when the specification, a file that it names or the environment is invalid
    public @Nullable CredentialCache<AccessToken> of(
            GcsAuth auth, GcsSpec.@Nullable Impersonation as) throws SourceException.Refused {
        if (as == null) {
            TokenSource source = source(auth, Scopes.READ);
            return source == null ? null : cached(source);
        }
        TokenSource caller = source(auth, Scopes.PLATFORM);
        if (caller == null) {
            throw context.wrong("impersonation", "needs auth that is not anonymous");
        }
        String iam = as.iamEndpoint() == null ? IAM : as.iamEndpoint();
        String url =
                (iam.endsWith("/") ? iam.substring(0, iam.length() - 1) : iam)
                        + "/v1/projects/-/serviceAccounts/"
                        + as.serviceAccount()
                        + ":generateAccessToken";
        return cached(impersonated(caller, url, List.of(), Scopes.READ));
    }

    private @Nullable TokenSource source(GcsAuth auth, String scope)
            throws SourceException.Refused {
        return switch (auth) {
            case GcsAuth.Anonymous anonymous -> null;
            case GcsAuth.ServiceAccountKey key -> {
                Json file = file(key.keyFile());
                String type = file.get("type").text("");
                if (!type.equals("service_account")) {
                    throw wrong(
                            "the key file "
                                    + key.keyFile()
                                    + " has the type \""
                                    + type
                                    + "\": give the JSON key of a service account"
                                    + " (service_account)",
                            null);
                }
                yield ofKey(key.keyFile(), file, scope);
            }
            case GcsAuth.Federation federation ->
                    exchanged(
                            "//iam.googleapis.com/" + federation.provider(),
                            new SubjectToken(Path.of(federation.tokenFile()), null),
                            TokenSources.Exchanged.JWT,
                            federation.stsEndpoint() == null ? STS : federation.stsEndpoint(),
                            scope);
            case GcsAuth.Metadata metadata -> ofNode(scope);
            case GcsAuth.ApplicationDefault adc -> applicationDefault(scope);
        };
    }

    private TokenSource applicationDefault(String scope) throws SourceException.Refused {
        Path file = CredentialFile.usual(context.environment());
        return file == null
                ? ofNode(scope)
                : new CredentialFile(this, file.toString(), file(file.toString())).source(scope);
    }

    /// Reads a file with credentials.
    Json file(String path) throws SourceException.Refused {
        try {
            return Json.parse(Files.readString(Path.of(path)).getBytes(StandardCharsets.UTF_8));
        } catch (IOException | InvalidPathException e) {
            throw wrong("the credentials' file " + path + " cannot be read", e);
        } catch (IllegalArgumentException e) {
            // A parser's message may contain a part of the key.
            throw wrong("the credentials' file " + path + " is not JSON", null);
        }
    }

    static SourceException.Refused wrong(String problem, @Nullable Exception e) {
        return new SourceException.Refused(Reason.INVALID_CREDENTIALS, problem, e);
    }

    TokenSource ofKey(String path, Json file, String scope) throws SourceException.Refused {
        ServiceAccountKey key;
        try {
            key = ServiceAccountKey.of(file);
        } catch (IllegalArgumentException e) {
            throw wrong("the key file " + path + " " + e.getMessage(), null);
        }
        String uri = key.tokenUri() == null ? OAUTH : key.tokenUri();
        return new TokenSources.OfKey(
                key, scope, service(uri, uri + ", for " + key.email(), KEY_HINT, null));
    }

    TokenSource exchanged(
            String audience, SubjectToken subject, String subjectType, String url, String scope)
            throws SourceException.Refused {
        return new TokenSources.Exchanged(
                audience,
                subject,
                subjectType,
                scope,
                service(
                        url,
                        url + ", for the provider " + audience,
                        "check the provider, its allowed audiences and its attribute condition",
                        null));
    }

    TokenSource ofUser(String id, String secret, String refreshToken, String url)
            throws SourceException.Refused {
        return new TokenSources.OfUser(
                id,
                secret,
                refreshToken,
                service(url, url, "run `gcloud auth application-default login` again", null));
    }

    private TokenSource ofNode(String scope) throws SourceException.Refused {
        String given = context.environment().getOrDefault(METADATA_HOST, "");
        String host = given.isEmpty() ? "metadata.google.internal" : given;
        return new TokenSources.OfNode(
                scope,
                service(
                        "http://" + host + TokenSources.OfNode.PATH,
                        "the metadata server " + host + " (only GKE and Compute Engine have one)",
                        "bind a service account to the pod's ServiceAccount, or to the node",
                        null));
    }

    TokenSource impersonated(TokenSource caller, String url, List<String> delegates, String scope)
            throws SourceException.Refused {
        return new TokenSources.Impersonated(
                delegates,
                scope,
                service(
                        url,
                        url,
                        "grant the calling identity roles/iam.serviceAccountTokenCreator on that"
                                + " service account",
                        cached(caller)));
    }

    private CredentialCache<AccessToken> cached(TokenSource source) {
        return new CredentialCache<>(source, System::currentTimeMillis);
    }

    private TokenService service(
            String url, String where, String hint, @Nullable CredentialCache<AccessToken> caller)
            throws SourceException.Refused {
        boolean metadata = url.endsWith(TokenSources.OfNode.PATH);
        try {
            if (!metadata) {
                context.checkProxy(Origin.of(url));
            }
            return new TokenService(
                    url,
                    new TokenErrors(where, hint),
                    caller,
                    metadata ? direct : http,
                    context.userAgent(),
                    System::currentTimeMillis);
        } catch (IllegalArgumentException e) {
            throw wrong("the address of the token service: " + e.getMessage(), null);
        }
    }

    @Override
    public void close() {
        http.close();
        direct.close();
    }
}
