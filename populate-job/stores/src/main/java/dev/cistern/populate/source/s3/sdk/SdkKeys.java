package dev.cistern.populate.source.s3.sdk;

import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.s3.AwsKeys;
import dev.cistern.populate.wire.Reason;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.StsException;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/// Keys that the SDK finds or requests, and renews before they expire.
public final class SdkKeys implements AwsKeys.Provider {
    /// Final error codes about the token or the role's trust policy.
    private static final Set<String> BAD_TOKEN =
            Set.of("InvalidIdentityToken", "IDPRejectedClaim", "InvalidClientTokenId");

    /// Error codes about an invalid request.
    private static final Set<String> BAD_REQUEST =
            Set.of("InvalidParameterValue", "ValidationError", "MalformedPolicyDocument");

    private static final String BAD_TOKEN_HINT =
            "; check that the role trusts this cluster's issuer, the token's audience and the"
                    + " ServiceAccount, and that the token has not expired";

    private static final String BAD_KEY_HINT = "; check the keys that the role is assumed with";

    private final AwsCredentialsProvider provider;
    private final Subject subject;
    private final List<SdkAutoCloseable> owned;

    /// Whose keys they are.
    ///
    /// @param what for people, such as `role arn:… by web identity`
    /// @param webIdentity whether a token of a ServiceAccount is what they are given for
    /// @param hint what to do where there are none
    record Subject(String what, boolean webIdentity, String hint) {}

    SdkKeys(AwsCredentialsProvider provider, Subject subject, List<SdkAutoCloseable> owned) {
        this.provider = provider;
        this.subject = subject;
        this.owned = owned;
    }

    /// Temporary keys of a role for a token in a file, which is read again at each renewal.
    public static AwsKeys.Provider webIdentity(
            String roleArn, Path tokenFile, String sessionName, TokenService service) {
        SdkHttpClient http = new SdkTransport(service.http().get());
        StsClient sts = client(service, http, AnonymousCredentialsProvider.create());
        StsWebIdentityTokenFileCredentialsProvider provider =
                StsWebIdentityTokenFileCredentialsProvider.builder()
                        .stsClient(sts)
                        .roleArn(roleArn)
                        .roleSessionName(sessionName)
                        .webIdentityTokenFile(tokenFile)
                        .build();
        return new SdkKeys(
                new TokenFileFirst(tokenFile, provider),
                new Subject("role " + roleArn + " by web identity" + at(service), true, "check it"),
                List.of(provider, sts, http));
    }

    /// Keys of a role, which other keys may assume.
    ///
    /// @param base what it is assumed with; closed with these
    /// @param request to the service
    static SdkKeys assumedRole(
            AwsKeys.Provider base,
            String roleArn,
            Consumer<AssumeRoleRequest.Builder> request,
            TokenService service) {
        SdkHttpClient http = new SdkTransport(service.http().get());
        StsClient sts = client(service, http, new AsSdk(base));
        StsAssumeRoleCredentialsProvider provider =
                StsAssumeRoleCredentialsProvider.builder()
                        .stsClient(sts)
                        .refreshRequest(request)
                        .build();
        return new SdkKeys(
                provider,
                new Subject("role " + roleArn + at(service), false, "check it"),
                List.of(provider, sts, http, base::close));
    }

    private static String at(TokenService service) {
        return service.endpoint() == null ? "" : " at " + service.endpoint();
    }

    private static StsClient client(
            TokenService service, SdkHttpClient http, AwsCredentialsProvider keys) {
        StsClientBuilder builder =
                StsClient.builder()
                        .httpClient(http)
                        .region(Region.of(service.region()))
                        .credentialsProvider(keys);
        String endpoint = service.endpoint();
        if (endpoint != null) {
            builder.endpointOverride(URI.create(endpoint));
        } else {
            builder.dualstackEnabled(service.dualStack()).fipsEnabled(service.fips());
        }
        return builder.build();
    }

    /// Reports a missing token file clearly; the SDK would wrap the exception twice.
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
            throw unavailable(e);
        } catch (SdkException | IllegalStateException | AsSdk.None e) {
            throw failed(e);
        }
    }

    /// A failure before anybody answered, or one of what the keys are asked with.
    private SourceException failed(RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof TransportException transport) {
                return StatusErrors.of(transport, "keys for " + subject.what, null);
            }
            if (cause instanceof AsSdk.None none) {
                return none.why();
            }
        }
        String message = "no keys for " + subject.what + ": " + e.getMessage();
        return e instanceof SdkClientException && subject.webIdentity
                ? new SourceException.Retryable(Reason.SOURCE_UNAVAILABLE, message, 0, false, e)
                : new SourceException.Refused(
                        Reason.INVALID_CREDENTIALS, message + "; " + subject.hint, e);
    }

    private SourceException refused(StsException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        String code = details == null ? null : details.errorCode();
        String said = details == null ? null : details.errorMessage();
        String message =
                "no keys for "
                        + subject.what
                        + ": HTTP "
                        + e.statusCode()
                        + (code == null ? "" : " " + code)
                        + (said == null ? "" : ": " + said);
        if ("ExpiredTokenException".equals(code) || "ExpiredToken".equals(code)) {
            return new SourceException.Refused(
                    Reason.CREDENTIALS_EXPIRED,
                    message
                            + (subject.webIdentity
                                    ? "; the token's file is read anew by the next attempt"
                                    : "; renew the keys that the role is assumed with"),
                    e);
        }
        if (code != null && (BAD_TOKEN.contains(code) || code.equals("SignatureDoesNotMatch"))) {
            return new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS,
                    message + (subject.webIdentity ? BAD_TOKEN_HINT : BAD_KEY_HINT),
                    e);
        }
        if (code != null && BAD_REQUEST.contains(code)) {
            return new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS,
                    message
                            + (subject.webIdentity
                                    ? "; check roleArn, and that the token file holds a token"
                                    : "; check role_arn and what stands beside it in the profile"),
                    e);
        }
        if ("AccessDenied".equals(code) || e.statusCode() == 403) {
            return new SourceException.Refused(
                    Reason.ACCESS_DENIED, message + "; check the role's trust policy", e);
        }
        return new SourceException.Retryable(Reason.SOURCE_UNAVAILABLE, message, 0, true, e);
    }

    private SourceException unavailable(SdkServiceException e) {
        return new SourceException.Retryable(
                Reason.SOURCE_UNAVAILABLE,
                "no keys for " + subject.what + ": " + e.getMessage(),
                0,
                true,
                e);
    }

    @Override
    public void close() {
        owned.forEach(SdkAutoCloseable::close);
    }
}
