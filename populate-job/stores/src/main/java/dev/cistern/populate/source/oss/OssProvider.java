package dev.cistern.populate.source.oss;

import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.oss.auth.KeyProvider;
import dev.cistern.populate.source.oss.auth.OssIdentity;
import dev.cistern.populate.source.rest.ObjectReader;
import dev.cistern.populate.source.rest.RestObjects;
import dev.cistern.populate.source.rest.RestSource;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.OssSpec;
import org.jspecify.annotations.Nullable;

/// Opens sources of Alibaba Cloud OSS.
public final class OssProvider {
    private OssProvider() {}

    /// The source of a specification; nothing is asked of the store yet.
    ///
    /// @throws SourceException.Refused when the specification, a file that it names or the environment is wrong
    public static Source open(OssSpec spec, StoreContext context) throws SourceException.Refused {
        OssLocation location;
        try {
            location =
                    OssLocation.of(
                            spec.endpoint(), spec.region(), spec.bucket(), spec.addressing());
        } catch (IllegalArgumentException e) {
            throw context.wrong("", e.getMessage());
        }
        Tls tls = context.tls(spec.tls());
        context.checkProxy(location.origin());
        OssIdentity identity = new OssIdentity(context, tls);
        @Nullable KeyProvider keys =
                identity.of(
                        spec.auth(), new OssIdentity.Place(location.region(), location.internal()));
        OssProtocol protocol = new OssProtocol(location, spec.requesterPays());
        StoreSender sender =
                new StoreSender(
                        context.http(tls),
                        new OssEndpoint(location, keys, identity::close),
                        protocol,
                        context.userAgent());
        return new RestSource(
                new RestSource.Store(
                        protocol, location.identity(), location.origin().secure(), sender::close),
                spec.prefix(),
                new OssListing(sender, protocol),
                new ObjectReader(new RestObjects(sender, protocol), protocol));
    }
}
