package dev.cistern.controller.model;

/// A warning that somebody else in the cluster gave about an object of ours.
///
/// @param reason one word, for example `FailedCreate`
/// @param message the refuser's own words
/// @param host the node that it comes from; empty when it comes from none
public record WarningEvent(String reason, String message, String host) {}
