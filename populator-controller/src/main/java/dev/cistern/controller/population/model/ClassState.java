package dev.cistern.controller.population.model;

import java.util.Map;

/// What is known of the StorageClass that a PVC asks for.
public sealed interface ClassState {
    /// The PVC names none; a default class may be filled in later.
    record Unset() implements ClassState {}

    /// The PVC asks for no class on purpose (`""`): nothing will be provisioned.
    record Disabled() implements ClassState {}

    /// There is no class of that name yet.
    record Missing(String name) implements ClassState {}

    /// The class is there.
    ///
    /// @param name its name
    /// @param provisioner who makes its volumes
    /// @param waitForFirstConsumer whether volumes are made only when a node was selected
    /// @param parameters as given
    record Found(
            String name,
            String provisioner,
            boolean waitForFirstConsumer,
            Map<String, String> parameters)
            implements ClassState {
        public Found {
            parameters = Map.copyOf(parameters);
        }

        /// Whether it only names volumes that people make by hand.
        public boolean withoutProvisioner() {
            return provisioner.equals("kubernetes.io/no-provisioner");
        }
    }
}
