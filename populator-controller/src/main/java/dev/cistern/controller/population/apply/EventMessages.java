package dev.cistern.controller.population.apply;

import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.population.model.Action;
import dev.cistern.controller.runtime.EventMessage;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;

/// Converts planned events for the recorder.
final class EventMessages {
    private EventMessages() {}

    static EventMessage of(Action.EmitEvent event) {
        return new EventMessage(about(event), event.warning(), event.reason(), event.message());
    }

    private static ObjectReference about(Action.EmitEvent event) {
        ClaimKey claim = event.claim();
        SourceRef source = event.source();
        if (source == null) {
            return new ObjectReferenceBuilder()
                    .withApiVersion("v1")
                    .withKind("PersistentVolumeClaim")
                    .withNamespace(claim.namespace())
                    .withName(claim.name())
                    .withUid(claim.uid())
                    .build();
        }
        return new ObjectReferenceBuilder()
                .withApiVersion(source.kind().apiVersion())
                .withKind(source.kind().kind())
                .withNamespace(source.namespace())
                .withName(source.name())
                .withUid(event.sourceUid())
                .build();
    }
}
