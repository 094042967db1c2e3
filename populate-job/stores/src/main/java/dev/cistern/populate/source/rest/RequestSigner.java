package dev.cistern.populate.source.rest;

/// Adds to requests what proves who sends them, with credentials that do not change: others are another signer.
///
/// Two signers with the same credentials are equal, so that a refused request is not sent again with what was refused.
@FunctionalInterface
public interface RequestSigner {
    /// Called for each sending, also where a redirect leads, by any number of threads.
    ///
    /// @param request to add headers to
    /// @param epochSecond the time by the store's clock, as far as is known
    void sign(OutgoingRequest request, long epochSecond);
}
