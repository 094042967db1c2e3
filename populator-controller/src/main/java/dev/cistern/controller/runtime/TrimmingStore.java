package dev.cistern.controller.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// An informer's store that removes unused parts of an object before caching it: a cluster has many more PVCs than
/// ours, and half of each are managed fields.
///
/// @param <T> the kind
final class TrimmingStore<T extends HasMetadata> implements ItemStore<T> {
    private final ConcurrentMap<String, T> items = new ConcurrentHashMap<>();
    private final Consumer<T> trim;

    TrimmingStore(Consumer<T> trim) {
        this.trim = trim;
    }

    @Override
    public String getKey(T object) {
        return Cache.metaNamespaceKeyFunc(object);
    }

    @Override
    @SuppressWarnings("NullAway") // the interface is unannotated; null means that there was none
    public T put(String key, T object) {
        object.getMetadata().setManagedFields(null);
        trim.accept(object);
        return items.put(key, object);
    }

    @Override
    @SuppressWarnings("NullAway")
    public T remove(String key) {
        return items.remove(key);
    }

    @Override
    public Stream<String> keySet() {
        return items.keySet().stream();
    }

    @Override
    public Stream<T> values() {
        return items.values().stream();
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    @SuppressWarnings("NullAway")
    public T get(String key) {
        return items.get(key);
    }
}
