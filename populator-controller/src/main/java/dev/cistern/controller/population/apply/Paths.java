package dev.cistern.controller.population.apply;

import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Names;

/// API paths of the written objects.
public final class Paths {
    private static final String CORE = "/api/v1";
    private static final String BATCH = "/apis/batch/v1";
    private static final String CISTERN = "/apis/cistern.dev/v1alpha1";

    private Paths() {}

    static String claims(String namespace) {
        return in(CORE, namespace, "persistentvolumeclaims");
    }

    static String claim(ClaimKey key) {
        return claims(key.namespace()) + "/" + key.name();
    }

    static String volume(String name) {
        return CORE + "/persistentvolumes/" + name;
    }

    static String jobs(String namespace) {
        return in(BATCH, namespace, "jobs");
    }

    static String runs(String namespace) {
        return in(CISTERN, namespace, "volumepopulations");
    }

    static String run(String namespace, String name) {
        return runs(namespace) + "/" + name;
    }

    /// The status of the run of the PVC with that UID.
    public static String runStatus(String namespace, String uid) {
        return runs(namespace) + "/" + Names.run(uid) + "/status";
    }

    private static String in(String group, String namespace, String plural) {
        return group + "/namespaces/" + namespace + "/" + plural;
    }
}
