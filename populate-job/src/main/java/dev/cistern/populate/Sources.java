package dev.cistern.populate;

import dev.cistern.populate.engine.FillException;
import dev.cistern.populate.engine.MemoryBudget;
import dev.cistern.populate.http.BufferPool;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Proxies;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.s3.AwsKeys;
import dev.cistern.populate.source.s3.DirectApi;
import dev.cistern.populate.source.s3.S3Api;
import dev.cistern.populate.source.s3.S3Location;
import dev.cistern.populate.source.s3.S3Source;
import dev.cistern.populate.source.s3.sdk.SdkApi;
import dev.cistern.populate.source.s3.sdk.SdkKeys;
import dev.cistern.populate.wire.AuthSpec;
import dev.cistern.populate.wire.Reason;
import dev.cistern.populate.wire.SourceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The one place that turns a specification into a source. A new store is one more case here.
public final class Sources {
    private static final int CONNECT_MILLIS = 10_000;

    /// No byte for so long in the middle of an answer means that the connection is dead.
    private static final int READ_MILLIS = 20_000;

    /// Stores that fetch an object from somewhere else first take half a minute and more.
    private static final int FIRST_BYTE_MILLIS = 60_000;

    /// Name of the environment variable that chooses the transport: `direct` or `sdk`.
    public static final String TRANSPORT_ENVIRONMENT_NAME = "CISTERN_TRANSPORT";

    private final Map<String, String> environment;
    private final BufferPool buffers;
    private final Proxies proxies;

    /// @param environment where credentials are
    /// @param budget for what all sources together receive into
    /// @param proxies that lead to stores and token services
    public Sources(Map<String, String> environment, MemoryBudget budget, Proxies proxies) {
        this.environment = environment;
        this.proxies = proxies;
        this.buffers =
                new BufferPool(
                        MemoryBudget.SMALL_BUFFER_BYTES,
                        budget.mediumBufferBytes(),
                        budget.mediumBuffers(),
                        MemoryBudget.LARGE_BUFFER_BYTES,
                        budget.largeBuffers());
    }

    /// The source of a specification.
    ///
    /// @param index of the source, which its environment variables carry
    /// @param keys how to sign; null means as the specification says
    /// @throws FillException when the specification or the environment is wrong
    public Source open(int index, SourceSpec spec, AwsKeys.@Nullable Provider keys)
            throws FillException {
        String field = "sources[" + index + "]";
        if (!spec.type().equals("s3")) {
            throw wrong(field + ".type: " + spec.type() + " is not known; known is s3");
        }
        try {
            S3Location location =
                    S3Location.of(spec.endpoint(), spec.region(), spec.bucket(), spec.pathStyle());
            String authorities = authorities(spec, field);
            Tls tls = new Tls(authorities, spec.skipTlsVerification());
            if (authorities != null) {
                // What cannot be used is told at once, not after minutes of failed connections.
                tls.trustManagers();
            }
            // A proxy that makes no sense is told before anything is asked.
            proxies.to(location.endpoint());
            AwsKeys.Provider provider = keys != null ? keys : keys(index, spec, location, tls);
            return new S3Source(location, spec.prefix(), api(location, provider, tls));
        } catch (IllegalArgumentException | IOException e) {
            throw wrong(field + ": " + e.getMessage());
        }
    }

    private static @Nullable String authorities(SourceSpec spec, String field)
            throws FillException {
        String file = spec.caFile();
        if (file == null) {
            return spec.caPem();
        }
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw wrong(field + ".caFile: " + file + " cannot be read");
        }
    }

    private S3Api api(S3Location location, AwsKeys.Provider keys, Tls tls) throws FillException {
        String transport = environment.getOrDefault(TRANSPORT_ENVIRONMENT_NAME, "direct");
        return switch (transport) {
            case "direct" -> {
                HttpClient.Settings settings =
                        new HttpClient.Settings(
                                CONNECT_MILLIS, READ_MILLIS, FIRST_BYTE_MILLIS, buffers, proxies);
                yield new DirectApi(
                        location,
                        new HttpClient(settings, tls),
                        keys,
                        "cistern/" + Version.number());
            }
            case "sdk" ->
                    new SdkApi(location, keys, tls, proxies, CONNECT_MILLIS, FIRST_BYTE_MILLIS);
            default ->
                    throw wrong(
                            TRANSPORT_ENVIRONMENT_NAME
                                    + ": must be direct or sdk, not "
                                    + transport);
        };
    }

    private AwsKeys.Provider keys(int index, SourceSpec spec, S3Location location, Tls tls)
            throws FillException {
        AuthSpec auth = spec.auth();
        return switch (auth.mode()) {
            case ANONYMOUS -> () -> null;
            case ACCESS_KEY -> {
                String prefix = "CISTERN_SOURCE_" + index + "_";
                String token = environment.get(prefix + "SESSION_TOKEN");
                AwsKeys keys =
                        new AwsKeys(
                                required(prefix + "ACCESS_KEY_ID"),
                                required(prefix + "SECRET_ACCESS_KEY"),
                                token == null || token.isEmpty() ? null : token);
                yield () -> keys;
            }
            case WEB_IDENTITY -> {
                String role = auth.roleArn();
                String file = auth.tokenFile();
                if (role == null || file == null) {
                    throw wrong(
                            "sources[" + index + "].auth: webIdentity needs roleArn and tokenFile");
                }
                String session = auth.sessionName() == null ? "cistern" : auth.sessionName();
                String region = auth.stsRegion() == null ? location.region() : auth.stsRegion();
                yield SdkKeys.webIdentity(
                        role, Path.of(file), session, region, auth.stsEndpoint(), tls, proxies);
            }
        };
    }

    private String required(String name) throws FillException {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new FillException(
                    Reason.INVALID_CREDENTIALS,
                    name + " is not set; check the keys of the Secret that the source names",
                    null);
        }
        // Secrets made with a text editor often end with a line feed, which no key does.
        return value.strip();
    }

    private static FillException wrong(String message) {
        return new FillException(Reason.INVALID_CONFIGURATION, message, null);
    }
}
