package dev.cistern.populate.source.azureblob.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.RequestSigner;

/// Adds a shared access signature to the query of requests.
///
/// @param token percent-encoded, without a question mark
record SasToken(String token) implements RequestSigner {
    /// @param text content of the Secret
    /// @throws SourceException.Refused when that is not one; the message does not contain it
    static SasToken of(String text) throws SourceException.Refused {
        if (text.startsWith("http://") || text.startsWith("https://")) {
            throw Secret.wrong(
                    "the SAS token is a whole URL: give what follows its question mark", null);
        }
        String token = text.startsWith("?") ? text.substring(1) : text;
        boolean encoded = token.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#');
        if (!encoded || !("&" + token).contains("&sig=") || !("&" + token).contains("&sv=")) {
            throw Secret.wrong(
                    "the SAS token is none: one is made of parameters such as sv=…&sp=rl&sig=…,"
                            + " percent-encoded as the portal shows them",
                    null);
        }
        return new SasToken(token);
    }

    /// Whether it is restricted to one blob, or a version or a snapshot of one.
    boolean isOfOneBlob() {
        String parameters = "&" + token + "&";
        return parameters.contains("&sr=b&")
                || parameters.contains("&sr=bv&")
                || parameters.contains("&sr=bs&");
    }

    @Override
    public void sign(OutgoingRequest request, long epochSecond) {
        // The target of a redirect may contain it already.
        if (!("&" + request.query()).contains("&sig=")) {
            request.addToQuery(token);
        }
    }

    @Override
    public String toString() {
        return "SAS token";
    }
}
