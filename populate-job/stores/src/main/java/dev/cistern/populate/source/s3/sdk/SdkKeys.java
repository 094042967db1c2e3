package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.s3.AwsKeys;
import dev.cistern.populate.wire.Reason;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.services.sts.model.StsException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/// Keys that the SDK finds or asks for, and renews before they expire.
public final class SdkKeys implements AwsKeys.Provider {
    /// Codes that say that the token or the role's trust is at fault, whatever is tried.
    private static final Set<String> BAD_TOKEN =
            Set.of("InvalidIdentityToken", "IDPRejectedClaim", "InvalidClientTokenId");

    /// Codes that say that the request itself cannot be good.
    private static final Set<String> BAD_REQUEST =
            Set.of("InvalidParameterValue", "ValidationError", "MalformedPolicyDocument");

    private static final String BAD_TOKEN_HINT =
            "; check that the role trusts this cluster's issuer, the token's audience and the"
                    + " ServiceAccount, and that the token has not expired";

    private static final int CONNECT_MILLIS = 10_000;
    private static final int READ_MILLIS = 30_000;

    private final AwsCredentialsProvider provider;
    private final String what;
    private final SdkAutoCloseable[] owned;

    private SdkKeys(AwsCredentialsProvider provider, String what, SdkAutoCloseable... owned) {
        this.provider = provider;
        this.what = what;
        this.owned = owned;
    }

    /// The chain that AWS's own tools follow: environment, profile, container, instance.
    public static AwsKeys.Provider usualChain() {
        DefaultCredentialsProvider chain = DefaultCredentialsProvider.builder().build();
        return new SdkKeys(
                chain, "the usual chain (environment, profile, container, instance)", chain);
    }

    /// Keys of a role, got for a token in a file; the file is read again at each renewal.
    ///
    /// @param stsEndpoint URL of the token service; null means the provider's own
    public static AwsKeys.Provider webIdentity(
            String roleArn,
            Path tokenFile,
            String sessionName,
            String region,
            @Nullable String stsEndpoint,
            Tls tls,
            Proxies proxies) {
        SdkHttpClient http = SdkHttp.client(tls, proxies, CONNECT_MILLIS, READ_MILLIS);
        StsClientBuilder builder =
                StsClient.builder()
                        .httpClient(http)
                        .region(Region.of(region))
                        .credentialsProvider(AnonymousCredentialsProvider.create());
        if (stsEndpoint != null) {
            builder.endpointOverride(URI.create(stsEndpoint));
        }
        StsClient sts = builder.build();
        StsWebIdentityTokenFileCredentialsProvider provider =
                StsWebIdentityTokenFileCredentialsProvider.builder()
                        .stsClient(sts)
                        .roleArn(roleArn)
                        .roleSessionName(sessionName)
                        .webIdentityTokenFile(tokenFile)
                        .build();
        return new SdkKeys(
                new TokenFileFirst(tokenFile, provider),
                "role "
                        + roleArn
                        + " by web identity"
                        + (stsEndpoint == null ? "" : " at " + stsEndpoint),
                provider,
                sts,
                http);
    }

    /// Says plainly that the token file is missing; the SDK would wrap it twice.
    private record TokenFileFirst(Path tokenFile, AwsCredentialsProvider then)
            implements AwsCredentialsProvider {
        @Override
        public AwsCredentials resolveCredentials() {
            if (!Files.isReadable(tokenFile)) {
                throw new IllegalStateException(
                        "token file "
                                + tokenFile
                                + " cannot be read; mount a ServiceAccount's token there");
            }
            return then.resolveCredentials();
        }
    }

    @Override
    public @Nullable AwsKeys keys() throws SourceException {
        try {
            AwsCredentials found = provider.resolveCredentials();
            String token =
                    found instanceof AwsSessionCredentials session ? session.sessionToken() : null;
            return new AwsKeys(found.accessKeyId(), found.secretAccessKey(), token);
        } catch (StsException e) {
            throw refused(e);
        } catch (SdkServiceException e) {
            throw unavailable("no keys for " + what + ": " + e.getMessage(), true, e);
        } catch (SdkClientException e) {
            if (what.startsWith("role")) {
                throw unavailable("no keys for " + what + ": " + e.getMessage(), false, e);
            }
            throw new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS,
                    "no keys found by " + what + "; set them, or read anonymously",
                    e);
        } catch (SdkException | IllegalStateException e) {
            throw new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS, "no keys for " + what + ": " + e.getMessage(), e);
        }
    }

    private SourceException refused(StsException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        String code = details == null ? null : details.errorCode();
        String said = details == null ? null : details.errorMessage();
        String message =
                "no keys for "
                        + what
                        + ": HTTP "
                        + e.statusCode()
                        + (code == null ? "" : " " + code)
                        + (said == null ? "" : ": " + said);
        if ("ExpiredTokenException".equals(code)) {
            return new SourceException.Refused(
                    Reason.CREDENTIALS_EXPIRED,
                    message + "; the token's file is read anew by the next attempt",
                    e);
        }
        if (code != null && BAD_TOKEN.contains(code)) {
            return new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS, message + BAD_TOKEN_HINT, e);
        }
        if (code != null && BAD_REQUEST.contains(code)) {
            return new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS,
                    message + "; check roleArn, and that the token file holds a token",
                    e);
        }
        if ("AccessDenied".equals(code) || e.statusCode() == 403) {
            return new SourceException.Refused(
                    Reason.ACCESS_DENIED, message + "; check the role's trust policy", e);
        }
        return unavailable(message, true, e);
    }

    private static SourceException unavailable(String message, boolean reached, Exception e) {
        return new SourceException.Retryable(Reason.SOURCE_UNAVAILABLE, message, 0, reached, e);
    }

    @Override
    public void close() {
        for (SdkAutoCloseable one : owned) {
            one.close();
        }
    }
}
