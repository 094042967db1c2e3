package dev.cistern.populate.source.oci;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.oci.auth.DockerConfig;
import dev.cistern.populate.source.oci.auth.Login;
import dev.cistern.populate.source.oci.auth.Logins;
import dev.cistern.populate.source.oci.auth.RegistryEndpoint;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.OciAuth;
import dev.cistern.populate.wire.OciSpec;
import dev.cistern.populate.wire.Reason;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/// Opens sources of OCI registries.
public final class OciProvider {
    private OciProvider() {}

    /// The source of a specification; sends no request yet.
    ///
    /// @throws SourceException.Refused when the specification, a file in it or the environment is invalid
    public static Source open(OciSpec spec, StoreContext context) throws SourceException.Refused {
        RegistryPlace place;
        try {
            place = RegistryPlace.of(spec.endpoint(), spec.artifact());
        } catch (IllegalArgumentException e) {
            throw context.wrong("endpoint", e.getMessage());
        }
        Tls tls = context.tls(spec.tls());
        context.checkProxy(place.origin());
        HttpClient http = context.http(tls);
        RegistryEndpoint endpoint =
                new RegistryEndpoint(
                        place.origin(),
                        logins(spec.auth(), place, context),
                        http,
                        place.scope(),
                        context.userAgent(),
                        System::currentTimeMillis);
        OciErrors errors = new OciErrors(place, endpoint::anonymous);
        BlobProtocol protocol = new BlobProtocol(place, errors);
        StoreSender sender = new StoreSender(http, endpoint, protocol, context.userAgent());
        String platform = spec.platform();
        return new OciSource(
                place,
                spec.artifact(),
                spec.digest(),
                new Manifests(place, sender, platform == null ? null : Platform.of(platform)),
                sender,
                protocol);
    }

    private static Logins logins(OciAuth auth, RegistryPlace place, StoreContext context)
            throws SourceException.Refused {
        return switch (auth) {
            case OciAuth.Anonymous anonymous -> List::of;
            case OciAuth.Basic basic -> {
                String user = secret(context, "USERNAME");
                if (user.indexOf(':') >= 0) {
                    throw StatusErrors.refused(
                            Reason.INVALID_CREDENTIALS,
                            "the user name of source "
                                    + context.index()
                                    + " holds a colon, which basic authentication cannot send");
                }
                List<Login> one = List.of(Login.of(user, secret(context, "PASSWORD")));
                yield () -> one;
            }
            case OciAuth.Bearer bearer -> {
                String token = secret(context, "TOKEN");
                if (!token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                    throw StatusErrors.refused(
                            Reason.INVALID_CREDENTIALS,
                            "the token of source "
                                    + context.index()
                                    + " holds characters that a header cannot carry, such as a line"
                                    + " break");
                }
                List<Login> one = List.of(Login.ofToken(token));
                yield () -> one;
            }
            case OciAuth.DockerConfig config -> {
                try {
                    yield new DockerConfig(
                            Path.of(config.file()), place.shown(), place.repository());
                } catch (InvalidPathException e) {
                    throw context.wrong("auth.file", e.getMessage());
                }
            }
        };
    }

    /// A secret of this source; on the command line there is only one.
    private static String secret(StoreContext context, String name) throws SourceException.Refused {
        String typed = context.environment().get(OciCommandLine.VARIABLES + name);
        return context.optionalCredential(name) == null && typed != null && !typed.isEmpty()
                ? typed
                : context.credential(name);
    }
}
