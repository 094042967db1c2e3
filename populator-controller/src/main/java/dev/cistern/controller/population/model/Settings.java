package dev.cistern.controller.population.model;

import dev.cistern.controller.model.JobProxy;
import dev.cistern.controller.model.PopulateNamespaces;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An installation's settings for primes and Jobs.
///
/// @param namespaces of primes and Jobs with platform credentials
/// @param image of the populate Job
/// @param imagePullPolicy of the same
/// @param imagePullSecrets names of Secrets, in whatever namespace the Job runs
/// @param userId the Job's user and group; 0 for volumes that ignore `fsGroup`
/// @param requests default resource requests of a Job
/// @param limits default resource limits of a Job
/// @param proxy of Jobs whose backend has none
/// @param reportUrl base URL that Jobs report to, without a trailing slash
public record Settings(
        PopulateNamespaces namespaces,
        String image,
        String imagePullPolicy,
        List<String> imagePullSecrets,
        long userId,
        Map<String, Quantity> requests,
        Map<String, Quantity> limits,
        JobProxy proxy,
        String reportUrl) {
    public Settings {
        imagePullSecrets = List.copyOf(imagePullSecrets);
        // Sorted, so that the same settings yield the same Job.
        requests = Collections.unmodifiableMap(new TreeMap<>(requests));
        limits = Collections.unmodifiableMap(new TreeMap<>(limits));
    }
}
