package dev.cistern.controller.status;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.Map;
import java.util.Optional;

/// A status as it should be, and the event to record when it changes.
///
/// @param fields all fields that the controller keeps
/// @param warning the condition to tell by an event when it is new; empty when there is nothing to warn of
record StatusPlan(Map<String, Object> fields, Optional<Condition> warning) {}
