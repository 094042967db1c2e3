package dev.cistern.controller.cluster;

import dev.cistern.api.v1alpha1.StorageBackend;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Converts values of the Kubernetes API to Java types.
public final class ApiValues {
    private ApiValues() {}

    /// A time; the epoch when there is none, as on objects that were not created yet.
    public static Instant time(@Nullable String text) {
        try {
            return text == null ? Instant.EPOCH : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    /// A quantity of bytes, rounded up, at most [Long#MAX_VALUE].
    public static long bytes(Quantity quantity) {
        BigDecimal bytes = quantity.getNumericalAmount().setScale(0, RoundingMode.CEILING);
        return bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? Long.MAX_VALUE
                : bytes.longValue();
    }

    /// The value of a label; null when the object does not have it.
    public static @Nullable String label(HasMetadata object, String name) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? null : labels.get(name);
    }

    /// Whether two states of an object have the same labels.
    public static boolean sameLabels(HasMetadata before, HasMetadata after) {
        return labels(before).equals(labels(after));
    }

    private static Map<String, String> labels(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    /// Since when a StorageBackend is ready; empty while it is not, or nothing is known of it.
    public static Optional<Instant> readySince(StorageBackend backend) {
        if (backend.getStatus() == null || backend.getStatus().getConditions() == null) {
            return Optional.empty();
        }
        return backend.getStatus().getConditions().stream()
                .filter(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()))
                .map(c -> time(c.getLastTransitionTime()))
                .findFirst();
    }
}
