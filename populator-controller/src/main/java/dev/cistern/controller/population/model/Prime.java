package dev.cistern.controller.population.model;

import dev.cistern.controller.model.ClaimPhase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The temporary PVC that gets the volume to fill.
///
/// @param namespace its namespace
/// @param name its name
/// @param uid its UID
/// @param created creation time, to the second
/// @param deleting whether it has a deletion time
/// @param phase its phase
/// @param volumeName the volume it is bound to; null while there is none
/// @param selectedNode the node that the provisioner is to use; null when there is none, or when the provisioner has
///     given it up
/// @param madeForNode the node it was created for; null with immediate binding
public record Prime(
        String namespace,
        String name,
        String uid,
        Instant created,
        boolean deleting,
        ClaimPhase phase,
        @Nullable String volumeName,
        @Nullable String selectedNode,
        @Nullable String madeForNode) {}
