package dev.cistern.populate.source.gcs;

import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.gcs.auth.Identities;
import dev.cistern.populate.source.oauth.AccessToken;
import dev.cistern.populate.source.oauth.BearerEndpoint;
import dev.cistern.populate.source.rest.CredentialCache;
import dev.cistern.populate.source.rest.ObjectReader;
import dev.cistern.populate.source.rest.RestSource;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.GcsSpec;
import org.jspecify.annotations.Nullable;

/// Opens sources of Google Cloud Storage.
public final class GcsProvider {
    private GcsProvider() {}

    /// Opens a source, without a request to the store.
    ///
    /// @throws SourceException.Refused when the specification, a file that it names or the environment is invalid
    public static Source open(GcsSpec spec, StoreContext context) throws SourceException.Refused {
        GcsLocation location;
        try {
            location = GcsLocation.of(spec.endpoint(), spec.bucket());
        } catch (IllegalArgumentException e) {
            throw context.wrong("endpoint", e.getMessage());
        }
        Tls tls = context.tls(spec.tls());
        context.checkProxy(location.origin());
        Identities identities = new Identities(context, tls);
        @Nullable CredentialCache<AccessToken> tokens =
                identities.of(spec.auth(), spec.impersonation());
        GcsProtocol protocol = new GcsProtocol(location, spec.userProject(), spec.projectId());
        StoreSender sender =
                new StoreSender(
                        context.http(tls),
                        new BearerEndpoint(location.origin(), tokens, identities::close),
                        protocol,
                        context.userAgent());
        return new RestSource(
                new RestSource.Store(
                        protocol, location.identity(), location.origin().secure(), sender::close),
                spec.prefix(),
                new GcsListing(sender, protocol),
                new ObjectReader(new GcsObjects(sender, protocol), protocol));
    }
}
