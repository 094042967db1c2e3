package dev.cistern.controller.runtime;

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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The cache of one kind: an informer, its indexes, and an overlay of the process's own writes, so that a reconcile
/// right after a write sees it.
///
/// A kind that the cluster does not have yet is empty until it is started; earlier subscribers are notified of its
/// objects then.
///
/// @param <T> the kind
public final class CachedKind<T extends HasMetadata> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CachedKind.class);

    /// The index by namespace, which each kind has.
    public static final String NAMESPACE = "byNamespace";

    private final Class<T> type;
    private final Supplier<SharedIndexInformer<T>> make;
    private final Overlay<T> overlay;
    private final List<ResourceEventHandler<T>> handlers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Started<T> started;

    private record Started<T>(SharedIndexInformer<T> informer, CompletableFuture<Void> synced) {}

    private CachedKind(Class<T> type, Supplier<SharedIndexInformer<T>> make, Overlay<T> overlay) {
        this.type = type;
        this.make = make;
        this.overlay = overlay;
    }

    /// Creates the kinds of one client.
    ///
    /// @param ownerOf see [Overlay#pendingOf]
    public record Factory(
            KubernetesClient client, Function<? super HasMetadata, Optional<String>> ownerOf) {
        /// A kind that is not started.
        ///
        /// @param informer creates its informer
        /// @param trim removes unused parts of an object before it is cached
        /// @param indexes by name; each gives the values under which an object is found
        public <T extends HasMetadata> CachedKind<T> kind(
                Class<T> type,
                Supplier<SharedIndexInformer<T>> informer,
                Consumer<T> trim,
                Map<String, Function<T, List<String>>> indexes) {
            Map<String, Function<T, List<String>>> all = new HashMap<>(indexes);
            all.put(NAMESPACE, CachedKind::namespaces);
            return new CachedKind<>(
                    type,
                    () -> prepared(informer.get(), type.getSimpleName(), trim, all),
                    new Overlay<>(
                            client.getKubernetesSerialization()::clone, ownerOf, System::nanoTime));
        }
    }

    private static <T extends HasMetadata> SharedIndexInformer<T> prepared(
            SharedIndexInformer<T> informer,
            String name,
            Consumer<T> trim,
            Map<String, Function<T, List<String>>> indexes) {
        informer.removeNamespaceIndex();
        informer.itemStore(new TrimmingStore<>(trim));
        informer.addIndexers(indexes);
        informer.exceptionHandler(
                (isStarted, problem) -> {
                    LOG.atWarn()
                            .addKeyValue("kind", name)
                            .addKeyValue("started", isStarted)
                            .addKeyValue("problem", root(problem).getMessage())
                            .log("informer: list or watch failed; trying again");
                    return true;
                });
        return informer;
    }

    private static List<String> namespaces(HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return namespace == null ? List.of() : List.of(namespace);
    }

    private static Throwable root(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /// Subscribes to changes of the spec, and not of the status: we write that ourselves, once for any number of
    /// objects that refer to it, and it would wake all of these. To be called before the start.
    public void onSpecChange(Consumer<? super T> changed) {
        onChange(changed, (before, after) -> !sameSpec(before.getMetadata(), after.getMetadata()));
    }

    /// Whether two states of an object have the same spec. The API server's generation counts changes of the spec, not
    /// of annotations.
    static boolean sameSpec(ObjectMeta before, ObjectMeta after) {
        return after.getGeneration() != null
                && after.getGeneration().equals(before.getGeneration())
                && Objects.equals(before.getUid(), after.getUid())
                && Objects.equals(before.getAnnotations(), after.getAnnotations())
                && Objects.equals(before.getDeletionTimestamp(), after.getDeletionTimestamp());
    }

    /// Subscribes to every change. To be called before the start.
    ///
    /// @param changed called on the informer's thread; must not block
    public void onChange(Consumer<? super T> changed) {
        onChange(changed, (before, after) -> true);
    }

    /// Subscribes to objects that are new or gone, and to those changes that matter. To be called before the start.
    ///
    /// @param relevant whether a change matters: the object before and after it
    public void onChange(Consumer<? super T> changed, BiPredicate<T, T> relevant) {
        handlers.add(
                new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(T object) {
                        changed.accept(object);
                    }

                    @Override
                    public void onUpdate(T before, T object) {
                        if (relevant.test(before, object)) {
                            changed.accept(object);
                        }
                    }

                    @Override
                    public void onDelete(T object, boolean unknownFinalState) {
                        changed.accept(object);
                    }
                });
    }

    /// The class of its objects.
    public Class<T> type() {
        return type;
    }

    /// Starts the informer.
    public void start() {
        SharedIndexInformer<T> informer = make.get();
        handlers.forEach(informer::addEventHandler);
        started = new Started<>(informer, informer.start().toCompletableFuture());
    }

    /// Whether it was started.
    public boolean started() {
        return started != null;
    }

    /// Waits for the first list.
    ///
    /// @throws IllegalStateException before the start
    public void await() {
        Started<T> now = started;
        if (now == null) {
            throw new IllegalStateException(type.getSimpleName() + ": not started");
        }
        now.synced.join();
        LOG.atInfo()
                .addKeyValue("kind", type.getSimpleName())
                .addKeyValue("objects", now.informer.getIndexer().listKeys().size())
                .log("informer: ready");
    }

    /// Whether there are a first list and a watch.
    public boolean synced() {
        Started<T> now = started;
        return now != null && now.synced.isDone() && now.informer.hasSynced();
    }

    /// The object of that name.
    ///
    /// @param namespace null for a cluster-scoped kind
    public Optional<T> get(@Nullable String namespace, String objectName) {
        String key = namespace == null ? objectName : namespace + "/" + objectName;
        Started<T> now = started;
        return overlay.latest(
                namespace,
                objectName,
                now == null ? null : now.informer.getIndexer().getByKey(key));
    }

    /// Objects under a value of an index.
    public List<T> byIndex(String index, String value) {
        Started<T> now = started;
        if (now == null) {
            return List.of();
        }
        return now.informer.getIndexer().byIndex(index, value).stream()
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

    /// All objects, as the informer has them.
    public List<T> list() {
        Started<T> now = started;
        return now == null ? List.of() : now.informer.getIndexer().list();
    }

    /// This process's own writes.
    public Overlay<T> overlay() {
        return overlay;
    }

    @Override
    public void close() {
        Started<T> now = started;
        if (now != null) {
            now.informer.stop();
        }
    }
}
