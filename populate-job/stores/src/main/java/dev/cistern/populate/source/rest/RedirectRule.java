package dev.cistern.populate.source.rest;

/// How a request goes on to where an answer leads.
public enum RedirectRule {
    /// Signed anew, with the credentials.
    SIGNED,
    /// Without anything that the signer adds.
    UNSIGNED,
    /// Not at all, if it would be signed: the endpoint is set wrongly.
    REFUSED
}
