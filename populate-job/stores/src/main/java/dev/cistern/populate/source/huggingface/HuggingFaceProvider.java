package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ObjectReader;
import dev.cistern.populate.source.rest.RestSource;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.HuggingFaceAuth;
import dev.cistern.populate.wire.HuggingFaceSpec;
import java.nio.file.Path;

/// Opens sources of the Hugging Face Hub.
public final class HuggingFaceProvider {
    private HuggingFaceProvider() {}

    /// The source of a specification; nothing is asked of the Hub yet.
    ///
    /// @throws SourceException.Refused when the specification, a file that it names or the environment is wrong
    public static Source open(HuggingFaceSpec spec, StoreContext context)
            throws SourceException.Refused {
        HubLocation location;
        try {
            location = HubLocation.of(spec.endpoint(), spec.place());
        } catch (IllegalArgumentException e) {
            throw context.wrong("endpoint", e.getMessage());
        }
        Tls tls = context.tls(spec.tls());
        context.checkProxy(location.origin());
        HubToken token = token(spec.auth(), context);
        HubErrors errors = new HubErrors(location, token);
        StoreSender sender =
                new StoreSender(
                        context.http(tls),
                        new HubEndpoint(location.origin(), token),
                        errors,
                        context.userAgent());
        HubCommit commit = new HubCommit(sender, location, spec.commit());
        CdnLinks links = new CdnLinks(System::nanoTime);
        HubProtocol protocol = new HubProtocol(location, commit, errors, links);
        RestSource files =
                new RestSource(
                        new RestSource.Store(
                                protocol,
                                location.identity(),
                                location.origin().secure(),
                                sender::close),
                        spec.place().path(),
                        new HubListing(sender, location, commit, token),
                        new ObjectReader(new HubObjects(sender, protocol, links), protocol));
        return new HuggingFaceSource(files, commit);
    }

    private static HubToken token(HuggingFaceAuth auth, StoreContext context)
            throws SourceException.Refused {
        return switch (auth) {
            case HuggingFaceAuth.Anonymous anonymous -> HubToken.NONE;
            case HuggingFaceAuth.TokenFile file -> HubToken.inFile(Path.of(file.tokenFile()));
            case HuggingFaceAuth.Environment environment ->
                    new HubEnvironment(context.environment()).token();
        };
    }
}
