package dev.cistern.controller.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// This process's own writes of one kind that its informer has not seen yet.
///
/// Without it, a reconcile right after a write would see the previous state and write again. An entry is removed when
/// the informer has caught up, or after [#KEEP_NANOS] at the latest, in case the object was deleted by someone else.
///
/// @param <T> the kind
public final class Overlay<T extends HasMetadata> {
    /// An informer that is further behind than this has lost its watch; its list is then more reliable.
    private static final long KEEP_NANOS = 20_000_000_000L;

    private final ConcurrentMap<String, Entry<T>> entries = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, String> keyOfOwner = new ConcurrentHashMap<>();
    private final UnaryOperator<T> copy;
    private final Function<? super T, Optional<String>> ownerOf;
    private final LongSupplier nanos;

    /// @param object the written object; null when it was deleted
    /// @param uid of the object
    private record Entry<T>(@Nullable T object, String uid, long atNanos) {}

    /// @param copy creates a deep copy
    /// @param ownerOf the key of an object's owner; empty when there is none
    /// @param nanos monotonic clock
    Overlay(
            UnaryOperator<T> copy,
            Function<? super T, Optional<String>> ownerOf,
            LongSupplier nanos) {
        this.copy = copy;
        this.ownerOf = ownerOf;
        this.nanos = nanos;
    }

    /// Records the API server's response to a write.
    public void written(T object) {
        String key = key(object.getMetadata().getNamespace(), object.getMetadata().getName());
        entries.put(key, new Entry<>(object, object.getMetadata().getUid(), nanos.getAsLong()));
        ownerOf.apply(object).ifPresent(owner -> keyOfOwner.put(owner, key));
    }

    /// Removes the writes for an owner that is no longer reconciled.
    public void forgetOwner(String owner) {
        String key = keyOfOwner.remove(owner);
        if (key != null) {
            entries.remove(key);
        }
    }

    /// Records a deletion that the API server accepted.
    public void deleted(@Nullable String namespace, String name, String uid) {
        entries.put(key(namespace, name), new Entry<>(null, uid, nanos.getAsLong()));
    }

    /// Removes an object's entry, after a write that showed it to be wrong.
    public void forget(@Nullable String namespace, String name) {
        entries.remove(key(namespace, name));
    }

    /// The newer one of the informer's and the written object.
    Optional<T> latest(@Nullable String namespace, String name, @Nullable T cached) {
        String key = key(namespace, name);
        Entry<T> entry = entries.get(key);
        if (entry == null) {
            return Optional.ofNullable(cached);
        }
        boolean expired = nanos.getAsLong() - entry.atNanos > KEEP_NANOS;
        T written = entry.object;
        if (written == null) {
            if (expired
                    || cached == null
                    || !cached.getMetadata().getUid().equals(entry.uid)
                    || cached.getMetadata().getDeletionTimestamp() != null) {
                entries.remove(key, entry);
                return Optional.ofNullable(cached);
            }
            T leaving = copy.apply(cached);
            leaving.getMetadata()
                    .setDeletionTimestamp(leaving.getMetadata().getCreationTimestamp());
            return Optional.of(leaving);
        }
        if (expired || (cached != null && version(cached) >= version(written))) {
            entries.remove(key, entry);
            return Optional.ofNullable(cached);
        }
        return Optional.of(written);
    }

    /// The last write for an owner, if the informer has not caught up with it.
    public Optional<T> pendingOf(String owner) {
        String key = keyOfOwner.get(owner);
        Entry<T> entry = key == null ? null : entries.get(key);
        if (entry == null) {
            keyOfOwner.remove(owner);
            return Optional.empty();
        }
        boolean expired = nanos.getAsLong() - entry.atNanos > KEEP_NANOS;
        return expired ? Optional.empty() : Optional.ofNullable(entry.object);
    }

    /// Number of entries.
    public int size() {
        return entries.size();
    }

    private static String key(@Nullable String namespace, String name) {
        return namespace == null ? name : namespace + "/" + name;
    }

    /// Resource versions of one kind are comparable as numbers (documented since Kubernetes 1.35; etcd's revisions
    /// always were).
    private static long version(HasMetadata object) {
        try {
            return Long.parseLong(object.getMetadata().getResourceVersion());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
