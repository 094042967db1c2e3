package dev.cistern.controller.probe.plan;

import dev.cistern.controller.model.JobProxy;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.time.Duration;
import java.util.List;

/// An installation's settings for probes.
///
/// @param namespace where the credentials of StorageBackends live
/// @param image of the Job
/// @param imagePullPolicy of the same
/// @param imagePullSecrets names of Secrets in the namespace
/// @param userId the Job's user and group
/// @param resources of its container
/// @param proxy of backends that name none
/// @param interval after a probe that found a backend in order
/// @param retry after any other
/// @param atOnce how many run at a time; 0 means that none are made
public record ProbeSettings(
        String namespace,
        String image,
        String imagePullPolicy,
        List<String> imagePullSecrets,
        long userId,
        ResourceRequirements resources,
        JobProxy proxy,
        Duration interval,
        Duration retry,
        int atOnce) {
    public ProbeSettings {
        imagePullSecrets = List.copyOf(imagePullSecrets);
    }
}
