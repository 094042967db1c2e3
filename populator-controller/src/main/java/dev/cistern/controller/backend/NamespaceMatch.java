package dev.cistern.controller.backend;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whether a namespace is one of those that a rule names, by name or by label.
final class NamespaceMatch {
    private static final String EVERY = "*";

    private NamespaceMatch() {}

    /// @param names null when the rule lists none
    /// @param selector null when the rule has none
    static boolean matches(
            Tenant tenant, @Nullable List<String> names, @Nullable LabelSelector selector) {
        if (tenant.namespace() == null || (names == null && selector == null)) {
            return true;
        }
        boolean named =
                names != null && (names.contains(EVERY) || names.contains(tenant.namespace()));
        return named || (selector != null && selects(selector, tenant.labels()));
    }

    /// By the meaning that Kubernetes gives to selectors: all conditions hold; an empty selector selects everything.
    private static boolean selects(LabelSelector selector, @Nullable Map<String, String> labels) {
        if (labels == null) {
            return false;
        }
        Map<String, String> equal = selector.getMatchLabels();
        if (equal != null
                && !equal.entrySet().stream()
                        .allMatch(e -> e.getValue().equals(labels.get(e.getKey())))) {
            return false;
        }
        List<LabelSelectorRequirement> conditions = selector.getMatchExpressions();
        return conditions == null || conditions.stream().allMatch(c -> holds(c, labels));
    }

    private static boolean holds(LabelSelectorRequirement condition, Map<String, String> labels) {
        String value = labels.get(condition.getKey());
        List<String> values = condition.getValues() == null ? List.of() : condition.getValues();
        return switch (String.valueOf(condition.getOperator())) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            // The CRD has no others: a rule that is not understood lets nobody in.
            default -> false;
        };
    }
}
