package dev.cistern.controller.status;

import dev.cistern.controller.cluster.WatchedKinds;
import dev.cistern.controller.model.Subject;
import dev.cistern.controller.runtime.Api;
import dev.cistern.controller.runtime.CachedKind;
import dev.cistern.controller.runtime.EventMessage;
import dev.cistern.controller.runtime.EventRecorder;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes a planned status, by server-side apply, and its event.
final class StatusApplier {
    private final Api api;
    private final KubernetesSerialization json;
    private final WatchedKinds kinds;
    private final EventRecorder events;

    StatusApplier(Api api, KubernetesSerialization json, WatchedKinds kinds, EventRecorder events) {
        this.api = api;
        this.json = json;
        this.kinds = kinds;
        this.events = events;
    }

    /// Whether an object already has a planned status, ignoring conditions of other types.
    boolean upToDate(HasMetadata object, StatusPlan plan) {
        if (!(tree(object).get("status") instanceof Map<?, ?> status)) {
            return false;
        }
        for (Map.Entry<String, Object> field : tree(plan.fields()).entrySet()) {
            Object now = status.get(field.getKey());
            if (!comparable(field.getValue()).equals(comparable(now))) {
                return false;
            }
        }
        return true;
    }

    private static Object comparable(@Nullable Object value) {
        if (!(value instanceof Collection<?> items)) {
            return value == null ? List.of() : value;
        }
        List<Object> kept = new ArrayList<>();
        for (Object item : items) {
            boolean foreign =
                    item instanceof Map<?, ?> map
                            && map.containsKey("lastTransitionTime")
                            && !StatusPlanner.CONDITIONS.contains(String.valueOf(map.get("type")));
            if (!foreign) {
                kept.add(item);
            }
        }
        return kept;
    }

    /// Writes the status; the next reconcile sees the response.
    ///
    /// @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server rejects it or does not
    ///     respond
    void apply(StatusView seen, StatusPlan plan) {
        Subject subject = seen.about().subject();
        patch(StatusTriggers.kind(kinds, subject.kind()), subject, tree(plan.fields()));
        plan.warning().ifPresent(warning -> events.record(event(seen.about(), warning)));
    }

    private static EventMessage event(StatusView.About about, Condition warning) {
        Subject subject = about.subject();
        return new EventMessage(
                new ObjectReferenceBuilder()
                        .withApiVersion(subject.kind().apiVersion())
                        .withKind(subject.kind().kind())
                        .withNamespace(subject.namespace())
                        .withName(subject.name())
                        .withUid(about.uid())
                        .build(),
                true,
                warning.getReason(),
                warning.getMessage());
    }

    /// Via JSON, so that equal content compares as equal.
    @SuppressWarnings("unchecked")
    private Map<String, Object> tree(Object object) {
        return json.unmarshal(json.asJson(object), Map.class);
    }

    private <T extends HasMetadata> void patch(
            CachedKind<T> kind, Subject subject, Map<String, Object> status) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", subject.name());
        if (subject.namespace() != null) {
            metadata.put("namespace", subject.namespace());
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("apiVersion", subject.kind().apiVersion());
        body.put("kind", subject.kind().kind());
        body.put("metadata", metadata);
        body.put("status", status);
        kind.overlay()
                .written(api.patch(path(subject) + "/status", Api.Patch.APPLY, body, kind.type()));
    }

    private static String path(Subject subject) {
        return "/apis/"
                + subject.kind().apiVersion()
                + (subject.namespace() == null ? "" : "/namespaces/" + subject.namespace())
                + "/"
                + subject.kind().plural()
                + "/"
                + subject.name();
    }
}
