package dev.cistern.populate.source.rest;

/// How a redirected request is sent.
public enum RedirectRule {
    /// Signed again, with the credentials.
    SIGNED,
    /// Without the signer's headers.
    UNSIGNED,
    /// Not at all if it would be signed: the endpoint is configured wrongly.
    REFUSED
}
