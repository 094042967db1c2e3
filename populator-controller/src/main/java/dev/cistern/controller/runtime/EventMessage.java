package dev.cistern.controller.runtime;

import io.fabric8.kubernetes.api.model.ObjectReference;

/// An event to be recorded.
///
/// @param about the object that it is about, with its UID
/// @param warning whether something is wrong
/// @param reason machine-readable
/// @param text human-readable
public record EventMessage(ObjectReference about, boolean warning, String reason, String text) {}
