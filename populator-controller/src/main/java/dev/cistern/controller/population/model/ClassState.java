package dev.cistern.controller.population.model;

import java.util.Map;

/// State of the StorageClass that a PVC requests.
public sealed interface ClassState {
    /// The PVC names none; a default class may be filled in later.
    record Unset() implements ClassState {}

    /// The PVC explicitly requests no class (`""`): nothing will be provisioned.
    record Disabled() implements ClassState {}

    /// The class does not exist yet.
    record Missing(String name) implements ClassState {}

    /// The class exists.
    ///
    /// @param name its name
    /// @param provisioner its provisioner
    /// @param waitForFirstConsumer whether volumes are created only when a node was selected
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

        /// Whether its volumes are created manually.
        public boolean withoutProvisioner() {
            return provisioner.equals("kubernetes.io/no-provisioner");
        }
    }
}
