package dev.cistern.controller.runtime;

import java.time.Duration;
import java.util.Collection;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A controller: which changes in the cluster concern which of its keys, and how to reconcile one key.
///
/// A key is reconciled by one worker at a time; each reconcile reads the current state, so it does not matter what
/// changed.
///
/// @param <K> type of the keys, with value equality
public interface Controller<K> {
    /// Name for metrics, logs and threads.
    String name();

    /// Number of keys reconciled at once, at least 1.
    int workers();

    /// A key, as logs show it.
    String display(K key);

    /// Subscribes to the kinds that concern this controller. Called once, before the caches start.
    ///
    /// @param enqueue to be called with each key that a change concerns, by any thread; does not block
    void watch(Consumer<? super K> enqueue);

    /// All keys in the caches: a new leader reconciles each of them once.
    Collection<K> keys();

    /// Reconciles one key.
    ///
    /// @param leading to be checked before each write: a replica that no longer leads must not write
    /// @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server does not answer or refuses;
    ///     the key is then reconciled again after a backoff
    Result reconcile(K key, BooleanSupplier leading);

    /// Changes within this time after the first are combined into one reconcile.
    default Duration coalesce() {
        return Duration.ZERO;
    }
}
