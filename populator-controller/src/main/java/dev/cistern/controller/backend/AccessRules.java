package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.storagebackendspec.AllowedPaths;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Who may use a StorageBackend and what they may read with it: `allowedNamespaces`, `allowedNamespaceSelector` and `allowedPaths`.
///
/// A run keeps to the store as it was when the run began; these rules are asked anew before each attempt.
public final class AccessRules {
    /// Places that a refusal names: a team has few, and a message must stay readable.
    private static final int MOST_SHOWN = 4;

    private final String name;
    private final StorageBackendSpec backend;
    private final Tenant tenant;

    /// @param name of the StorageBackend
    /// @param backend as it is now
    public AccessRules(String name, StorageBackendSpec backend, Tenant tenant) {
        this.name = name;
        this.backend = backend;
        this.tenant = tenant;
    }

    /// Why something may not be read.
    ///
    /// @param ofPath whether the namespace may use the backend, and not for this
    /// @param message the rule, and what it says
    public record Refusal(boolean ofPath, String message) {}

    /// Why the namespace may not use the backend; empty when it may.
    public Optional<Refusal> ofNamespace() {
        if (NamespaceMatch.matches(
                tenant, backend.getAllowedNamespaces(), backend.getAllowedNamespaceSelector())) {
            return Optional.empty();
        }
        String text = "StorageBackend " + name + ": spec.";
        if (backend.getAllowedNamespaces() != null) {
            text += "allowedNamespaces does not list namespace " + tenant.namespace();
            if (backend.getAllowedNamespaceSelector() != null) {
                text += ", and spec.allowedNamespaceSelector does not match its labels";
            }
        } else {
            text +=
                    "allowedNamespaceSelector does not match the labels of namespace "
                            + tenant.namespace();
        }
        return Optional.of(new Refusal(false, text));
    }

    /// Why the namespace may not read a source with the backend; empty when it may.
    ///
    /// @param source with its place; its own backend may be as it was before
    public Optional<Refusal> of(Sources source) {
        Optional<Refusal> namespace = ofNamespace();
        if (namespace.isPresent() || backend.getAllowedPaths() == null) {
            return namespace;
        }
        Backend type = Backends.of(source);
        boolean sameType = backend.getType() == source.getBackend().getType();
        if (sameType && places().stream().anyMatch(place -> covers(type, place.rule, source))) {
            return Optional.empty();
        }
        return Optional.of(new Refusal(true, refused(type.location(source))));
    }

    /// The rule number `index` of those that are for the tenant.
    private record Place(int index, AllowedPaths rule) {}

    private List<Place> places() {
        List<Place> places = new ArrayList<>();
        List<AllowedPaths> all = backend.getAllowedPaths();
        for (int i = 0; all != null && i < all.size(); i++) {
            AllowedPaths rule = all.get(i);
            if (NamespaceMatch.matches(tenant, rule.getNamespaces(), rule.getNamespaceSelector())) {
                places.add(new Place(i, rule));
            }
        }
        return places;
    }

    /// A rule that names no place of the type lets nobody read anything.
    private boolean covers(Backend type, AllowedPaths rule, Sources source) {
        Sources place = new Sources();
        place.setBackend(backend);
        try {
            type.place(rule.getPath(), false, place);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return type.covers(place, source);
    }

    private String refused(String location) {
        StringBuilder text = new StringBuilder("StorageBackend ").append(name);
        if (tenant.namespace() == null) {
            return text.append(": spec.allowedPaths lets no namespace read ")
                    .append(location)
                    .toString();
        }
        text.append(": spec.allowedPaths does not let namespace ").append(tenant.namespace());
        text.append(" read ").append(location);
        List<Place> places = places();
        if (places.isEmpty()) {
            return text.append("; no entry of it is for this namespace").toString();
        }
        text.append("; it may read ");
        for (int i = 0; i < places.size() && i < MOST_SHOWN; i++) {
            text.append(i == 0 ? "" : ", ").append(places.get(i).rule.getPath());
            text.append(" (allowedPaths[").append(places.get(i).index).append("])");
        }
        return text.append(places.size() > MOST_SHOWN ? " and others" : "").toString();
    }

    /// The paths that the tenant may read, as they are written; empty when there is no rule, and it may read everything.
    public Optional<List<String>> paths() {
        return backend.getAllowedPaths() == null
                ? Optional.empty()
                : Optional.of(places().stream().map(place -> place.rule.getPath()).toList());
    }

    /// A run's source with the rules that a Job of its type has to keep to by itself, because a place can lead to others.
    ///
    /// @param source is not changed
    public Sources kept(Sources source) {
        List<AllowedPaths> rules = places().stream().map(Place::rule).toList();
        return backend.getAllowedPaths() == null
                ? source
                : Backends.of(source).restricted(source, rules);
    }
}
