package dev.cistern.controller.status;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.Map;
import java.util.Optional;

/// The desired status, and the event to record when it changes.
///
/// @param fields all fields that the controller owns
/// @param warning the condition to report by an event when it is new; empty for none
record StatusPlan(Map<String, Object> fields, Optional<Condition> warning) {}
