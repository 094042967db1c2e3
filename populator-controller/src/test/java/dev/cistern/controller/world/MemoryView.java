package dev.cistern.controller.world;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cistern.api.oss.v1beta1.OSSVolumePopulator;
import dev.cistern.api.v1alpha1.Dataset;
import dev.cistern.api.v1alpha1.ObjectVolumePopulator;
import dev.cistern.api.v1alpha1.StorageBackend;
import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.cluster.WarningEvents;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.WarningEvent;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A view of objects in memory. It records which of them were read.
public final class MemoryView implements ClusterView {
    /// Serialization as in the client.
    public static final KubernetesSerialization JSON = new KubernetesSerialization();

    private final Map<String, HasMetadata> objects = new TreeMap<>();
    private final Set<String> used = new HashSet<>();
    private Optional<Long> largestVolume = Optional.empty();

    /// An object as a tree in the client's form.
    public static JsonNode tree(Object object) {
        return JSON.unmarshal(JSON.asJson(object), JsonNode.class);
    }

    /// `Kind/namespace/name`.
    public static String key(HasMetadata object) {
        return key(
                object.getKind(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName());
    }

    private static String key(String kind, @Nullable String namespace, String name) {
        return kind + "/" + (namespace == null ? "" : namespace) + "/" + name;
    }

    /// Adds or replaces an object.
    public void put(HasMetadata object) {
        objects.put(key(object), object);
    }

    /// Removes an object.
    public void remove(HasMetadata object) {
        objects.remove(key(object));
    }

    /// All objects.
    public Collection<HasMetadata> all() {
        return List.copyOf(objects.values());
    }

    /// Keys of objects that were never read.
    public Set<String> unused() {
        Set<String> unused = new HashSet<>(objects.keySet());
        unused.removeAll(used);
        return unused;
    }

    /// The object of that class and name.
    public <T extends HasMetadata> Optional<T> get(
            Class<T> type, @Nullable String namespace, String name) {
        String key = key(HasMetadata.getKind(type), namespace, name);
        used.add(key);
        return Optional.ofNullable(objects.get(key)).map(type::cast);
    }

    /// The objects of that class.
    public <T extends HasMetadata> List<T> list(Class<T> type) {
        List<T> found = new ArrayList<>();
        for (HasMetadata object : objects.values()) {
            if (type.isInstance(object)) {
                found.add(type.cast(object));
            }
        }
        return found;
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
        return get(PersistentVolumeClaim.class, namespace, name);
    }

    @Override
    public Optional<StorageClass> storageClass(String name) {
        return get(StorageClass.class, null, name);
    }

    @Override
    public Optional<PersistentVolume> volume(String name) {
        return get(PersistentVolume.class, null, name);
    }

    @Override
    public List<PersistentVolume> volumesOfClaim(String uid) {
        return list(PersistentVolume.class).stream()
                .filter(v -> v.getSpec() != null && v.getSpec().getClaimRef() != null)
                .filter(v -> uid.equals(v.getSpec().getClaimRef().getUid()))
                .peek(v -> used.add(key(v)))
                .toList();
    }

    @Override
    public List<Job> jobs(String uid) {
        return labelled(Job.class, uid);
    }

    @Override
    public List<Pod> pods(String uid) {
        return labelled(Pod.class, uid);
    }

    @Override
    public List<Pod> podsNow(String namespace, String uid) {
        return pods(uid).stream()
                .filter(pod -> namespace.equals(pod.getMetadata().getNamespace()))
                .toList();
    }

    private <T extends HasMetadata> List<T> labelled(Class<T> type, String uid) {
        return list(type).stream()
                .filter(o -> o.getMetadata().getLabels() != null)
                .filter(o -> uid.equals(o.getMetadata().getLabels().get(Names.LABEL_UID)))
                .peek(o -> used.add(key(o)))
                .toList();
    }

    @Override
    public Optional<VolumePopulation> run(String namespace, String name) {
        return get(VolumePopulation.class, namespace, name);
    }

    @Override
    public Optional<VolumePopulation> runNow(String namespace, String name) {
        return run(namespace, name);
    }

    @Override
    public Optional<ObjectVolumePopulator> objectPopulator(String namespace, String name) {
        return get(ObjectVolumePopulator.class, namespace, name);
    }

    @Override
    public Optional<OSSVolumePopulator> ossPopulator(String namespace, String name) {
        return get(OSSVolumePopulator.class, namespace, name);
    }

    @Override
    public Optional<Dataset> dataset(String name) {
        return get(Dataset.class, null, name);
    }

    @Override
    public Optional<StorageBackend> backend(String name) {
        return get(StorageBackend.class, null, name);
    }

    @Override
    public Optional<Namespace> namespace(String name) {
        return get(Namespace.class, null, name);
    }

    @Override
    public List<GenericKubernetesResource> grants(String namespace) {
        return list(GenericKubernetesResource.class).stream()
                .filter(g -> namespace.equals(g.getMetadata().getNamespace()))
                .peek(g -> used.add(key(g)))
                .toList();
    }

    /// Sets the size of the largest possible volume.
    public void largestVolume(long bytes) {
        largestVolume = Optional.of(bytes);
    }

    @Override
    public Optional<Long> largestVolume(String storageClass) {
        return largestVolume;
    }

    @Override
    public Optional<WarningEvent> warning(String namespace, String uid) {
        return WarningEvents.newest(
                list(Event.class).stream()
                        .filter(e -> namespace.equals(e.getMetadata().getNamespace()))
                        .filter(e -> uid.equals(e.getInvolvedObject().getUid()))
                        .peek(e -> used.add(key(e)))
                        .toList());
    }
}
