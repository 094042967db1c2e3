package dev.cistern.populate.source.azureblob;

import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.azureblob.auth.Identities;
import dev.cistern.populate.source.azureblob.auth.SecretEndpoint;
import dev.cistern.populate.source.rest.ObjectReader;
import dev.cistern.populate.source.rest.RestObjects;
import dev.cistern.populate.source.rest.RestSource;
import dev.cistern.populate.source.rest.StoreEndpoint;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.AzureBlobSpec;

/// Opens sources of Azure Blob Storage.
public final class AzureBlobProvider {
    private AzureBlobProvider() {}

    /// The source of a specification; nothing is asked of the store yet.
    ///
    /// @throws SourceException.Refused when the specification, a file that it names or the environment is wrong
    public static Source open(AzureBlobSpec spec, StoreContext context)
            throws SourceException.Refused {
        BlobLocation location;
        try {
            location = BlobLocation.of(spec.account(), spec.endpoint(), spec.container());
        } catch (IllegalArgumentException e) {
            throw context.wrong("endpoint", e.getMessage());
        }
        Tls tls = context.tls(spec.tls());
        context.checkProxy(location.origin());
        Identities identities = new Identities(context, tls, location.origin());
        StoreEndpoint endpoint = identities.of(spec.account(), spec.auth(), spec.authorityHost());
        BlobProtocol protocol =
                new BlobProtocol(
                        location, () -> endpoint instanceof SecretEndpoint s && s.acceptedBefore());
        StoreSender sender =
                new StoreSender(context.http(tls), endpoint, protocol, context.userAgent());
        return new RestSource(
                new RestSource.Store(
                        protocol, location.identity(), location.origin().secure(), sender::close),
                spec.prefix(),
                new BlobListing(
                        sender,
                        protocol,
                        () -> endpoint instanceof SecretEndpoint s && s.isOfOneBlob()),
                new ObjectReader(new RestObjects(sender, protocol), protocol));
    }
}
