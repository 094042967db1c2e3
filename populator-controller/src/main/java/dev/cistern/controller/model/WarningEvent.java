package dev.cistern.controller.model;

/// A warning event of another component about one of our objects.
///
/// @param reason machine-readable, for example `FailedCreate`
/// @param message of that component
/// @param host the node that it comes from; empty for none
public record WarningEvent(String reason, String message, String host) {}
