package dev.cistern.populate.source.azureblob.auth;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.azureblob.BlobErrors;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StoreEndpoint;
import org.jspecify.annotations.Nullable;

/// An account whose requests are signed with a secret. If the service rejects it, it is read again, and the request
/// repeated if it has changed.
public final class SecretEndpoint implements StoreEndpoint {
    private final Origin origin;
    private final Reader reader;
    private final Runnable closing;
    private volatile RequestSigner signer;

    /// The signer of the last request that the store accepted.
    private volatile @Nullable RequestSigner accepted;

    /// Reads the secret.
    @FunctionalInterface
    interface Reader {
        RequestSigner read() throws SourceException.Refused;
    }

    /// @param closing what is closed along with it
    /// @throws SourceException.Refused when there is no secret
    SecretEndpoint(Origin origin, Reader reader, Runnable closing) throws SourceException.Refused {
        this.origin = origin;
        this.reader = reader;
        this.closing = closing;
        this.signer = reader.read();
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public RequestSigner signer() {
        return signer;
    }

    @Override
    public void accepted(RequestSigner signed) {
        if (accepted != signed) {
            accepted = signed;
        }
    }

    /// Whether the store has accepted the secret that requests are signed with now.
    public boolean acceptedBefore() {
        return signer.equals(accepted);
    }

    /// Whether requests carry a shared access signature of one blob, which does not permit listing.
    public boolean isOfOneBlob() {
        return signer instanceof SasToken token && token.isOfOneBlob();
    }

    @Override
    public boolean refusedCredentials(ErrorAnswer answer) {
        return BlobErrors.refusesSignature(answer);
    }

    @Override
    public @Nullable RequestSigner renewed(RequestSigner refused) throws SourceException {
        RequestSigner now = reader.read();
        signer = now;
        return now;
    }

    @Override
    public boolean refusedTime(ErrorAnswer answer) {
        return BlobErrors.refusesDate(answer);
    }

    @Override
    public long storeMillis(ErrorAnswer answer) {
        return BlobErrors.storeMillis(answer);
    }

    @Override
    public void close() {
        closing.run();
    }
}
