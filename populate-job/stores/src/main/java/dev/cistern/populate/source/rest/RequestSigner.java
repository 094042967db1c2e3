package dev.cistern.populate.source.rest;

/// Authenticates requests, with fixed credentials: other credentials are another signer.
///
/// Two signers with the same credentials are equal, so that a rejected request is not sent again with the same
/// credentials.
@FunctionalInterface
public interface RequestSigner {
    /// Called for each request sent, including redirected ones, by any number of threads.
    ///
    /// @param request to add headers to
    /// @param epochSecond current time by the store's clock, as far as known
    void sign(OutgoingRequest request, long epochSecond);
}
