package dev.cistern.controller.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One kind: its informer, its indexes, and what was written of it.
///
/// @param <T> the kind
final class Kind<T extends HasMetadata> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Kind.class);

    private final String name;
    private final SharedIndexInformer<T> informer;
    private final Overlay<T> overlay;
    private @Nullable CompletableFuture<Void> started;

    private Kind(String name, SharedIndexInformer<T> informer, Overlay<T> overlay) {
        this.name = name;
        this.informer = informer;
        this.overlay = overlay;
    }

    /// Makes kinds of one client.
    record Maker(KubernetesClient client) {
        <T extends HasMetadata> Kind<T> kind(
                Class<T> type,
                SharedIndexInformer<T> informer,
                Consumer<T> trim,
                Map<String, Function<T, List<String>>> indexes) {
            Map<String, Function<T, List<String>>> all = new HashMap<>(indexes);
            all.put(Index.NAMESPACE, Index::namespace);
            informer.removeNamespaceIndex();
            informer.itemStore(new TrimmingStore<>(trim));
            informer.addIndexers(all);
            String name = type.getSimpleName();
            informer.exceptionHandler(
                    (isStarted, problem) -> {
                        LOG.atWarn()
                                .addKeyValue("kind", name)
                                .addKeyValue("started", isStarted)
                                .addKeyValue("problem", root(problem).getMessage())
                                .log("informer: list or watch failed; trying again");
                        return true;
                    });
            return new Kind<>(
                    name,
                    informer,
                    new Overlay<>(client.getKubernetesSerialization()::clone, System::nanoTime));
        }
    }

    private static Throwable root(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /// Has each change of what is asked told, and none of what is only a status: that is written by ourselves, once for
    /// whatever number of PVCs, and would wake all of these. To be called before the start.
    void onSpecChange(Consumer<? super T> changed) {
        onChange(changed, (before, after) -> !sameSpec(before.getMetadata(), after.getMetadata()));
    }

    /// Whether two states of an object ask for the same. The API server counts changes of the spec, not of annotations.
    static boolean sameSpec(ObjectMeta before, ObjectMeta after) {
        return after.getGeneration() != null
                && after.getGeneration().equals(before.getGeneration())
                && Objects.equals(before.getUid(), after.getUid())
                && Objects.equals(before.getAnnotations(), after.getAnnotations())
                && Objects.equals(before.getDeletionTimestamp(), after.getDeletionTimestamp());
    }

    /// Has each change told. To be called before the start.
    void onChange(Consumer<? super T> changed) {
        onChange(changed, (before, after) -> true);
    }

    private void onChange(Consumer<? super T> changed, BiPredicate<T, T> worthTelling) {
        informer.addEventHandler(
                new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(T object) {
                        changed.accept(object);
                    }

                    @Override
                    public void onUpdate(T before, T object) {
                        if (worthTelling.test(before, object)) {
                            changed.accept(object);
                        }
                    }

                    @Override
                    public void onDelete(T object, boolean unknownFinalState) {
                        changed.accept(object);
                    }
                });
    }

    void start() {
        started = informer.start().toCompletableFuture();
    }

    void await() {
        CompletableFuture<Void> start = started;
        if (start == null) {
            throw new IllegalStateException(name + ": not started");
        }
        start.join();
        LOG.atInfo()
                .addKeyValue("kind", name)
                .addKeyValue("objects", informer.getIndexer().listKeys().size())
                .log("informer: ready");
    }

    boolean synced() {
        CompletableFuture<Void> start = started;
        return start != null && start.isDone() && informer.hasSynced();
    }

    Optional<T> get(@Nullable String namespace, String objectName) {
        T cached =
                informer.getIndexer()
                        .getByKey(namespace == null ? objectName : namespace + "/" + objectName);
        return overlay.latest(namespace, objectName, cached);
    }

    List<T> byIndex(String index, String value) {
        return informer.getIndexer().byIndex(index, value).stream()
                .flatMap(
                        cached ->
                                overlay
                                        .latest(
                                                cached.getMetadata().getNamespace(),
                                                cached.getMetadata().getName(),
                                                cached)
                                        .stream())
                .toList();
    }

    List<T> list() {
        return informer.getIndexer().list();
    }

    Overlay<T> overlay() {
        return overlay;
    }

    @Override
    public void close() {
        informer.stop();
    }
}
