package dev.cistern.controller.runtime;

import java.time.Duration;
import java.util.Collection;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// One concern: which changes in the cluster concern which of its keys, and what to do about one key.
///
/// A key is reconciled by one worker at a time, whatever changes meanwhile; the reconcile reads the state from the cluster each time, so
/// it does not matter which change it was.
///
/// @param <K> what is reconciled, with value equality
public interface Controller<K> {
    /// One word, for metrics, logs and names of threads.
    String name();

    /// How many keys are reconciled at once, at least 1.
    int workers();

    /// A key, as logs show it.
    String display(K key);

    /// Subscribes to the kinds that concern this controller. Called once, before the caches start.
    ///
    /// @param enqueue to be called with each key that a change concerns, by any thread; it does not wait
    void watch(Consumer<? super K> enqueue);

    /// All keys there are, as far as the caches know: a new leader reconciles each of them once.
    Collection<K> keys();

    /// Brings the cluster closer to what is asked for one key.
    ///
    /// @param leading to be asked before each write: whoever no longer leads must not write
    /// @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server does not answer or refuses; the key is then
    /// reconciled again after a backoff
    Result reconcile(K key, BooleanSupplier leading);

    /// Changes that come within this time after the first are one reconcile.
    default Duration coalesce() {
        return Duration.ZERO;
    }
}
