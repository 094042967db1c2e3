package dev.cistern.controller.population.model;

/// Why a run under way must not go on for now. It goes on from where it is once this is over.
///
/// @param reason one word for machines
/// @param message names the rule and what to do
/// @param stops whether an attempt that runs is stopped, too; otherwise only no other one is started
public record Hold(String reason, String message, boolean stops) {}
