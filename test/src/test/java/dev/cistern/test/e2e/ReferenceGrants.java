package dev.cistern.test.e2e;

/// The part of the Gateway API's ReferenceGrant that references to populators use.
final class ReferenceGrants {
    private ReferenceGrants() {}

    static void install(Kubectl kubectl) {
        kubectl.apply(
                """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata:
                  name: referencegrants.gateway.networking.k8s.io
                  annotations: {api-approved.kubernetes.io: "unapproved, for tests"}
                spec:
                  group: gateway.networking.k8s.io
                  scope: Namespaced
                  names: {kind: ReferenceGrant, listKind: ReferenceGrantList, plural: referencegrants, singular: referencegrant}
                  versions:
                  - name: v1beta1
                    served: true
                    storage: true
                    schema:
                      openAPIV3Schema:
                        type: object
                        properties:
                          spec:
                            type: object
                            properties:
                              from: {type: array, items: {type: object, properties: {group: {type: string}, kind: {type: string}, namespace: {type: string}}}}
                              to: {type: array, items: {type: object, properties: {group: {type: string}, kind: {type: string}, name: {type: string}}}}
                """);
        kubectl.run(
                "wait",
                "--for=condition=Established",
                "crd/referencegrants.gateway.networking.k8s.io",
                "--timeout=30s");
    }

    /// Allows PVCs of `from` to reference populators of `owner`.
    static String grant(String owner, String from) {
        return """
        apiVersion: gateway.networking.k8s.io/v1beta1
        kind: ReferenceGrant
        metadata: {name: populators, namespace: %s}
        spec:
          from: [{group: "", kind: PersistentVolumeClaim, namespace: %s}]
          to: [{group: cistern.dev, kind: ObjectVolumePopulator}]
        """
                .formatted(owner, from);
    }
}
