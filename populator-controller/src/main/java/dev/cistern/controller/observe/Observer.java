package dev.cistern.controller.observe;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.Attempt;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClaimPhase;
import dev.cistern.controller.model.ClassState;
import dev.cistern.controller.model.Crowd;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.Observed;
import dev.cistern.controller.model.Phase;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.model.Prime;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.Run;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.model.Timeline;
import dev.cistern.controller.model.Volume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks at the cluster for one PVC.
public final class Observer {
    /// Most volumes are made sooner.
    private static final Duration SLOW = Duration.ofSeconds(4);

    private final ClusterView view;
    private final Resolver resolver;
    private final PopulateNamespaces namespaces;

    /// An observer of a view.
    public Observer(ClusterView view, PopulateNamespaces namespaces) {
        this.view = view;
        this.resolver = new Resolver(namespaces);
        this.namespaces = namespaces;
    }

    /// Everything the planner wants to know about a PVC; empty when there is no such PVC of that UID, or it names none of our
    /// kinds.
    ///
    /// @param refusal what the API server refused to make of its run the last time
    /// @param crowd how many runs are under way
    /// @param noted what this process noted of the run so far
    public Optional<Observed> observe(
            String namespace,
            String name,
            String uid,
            Instant clock,
            Optional<String> refusal,
            Crowd crowd,
            Timeline noted) {
        return view.claim(namespace, name)
                .filter(claim -> claim.getMetadata().getUid().equals(uid))
                .flatMap(Claims::claim)
                .map(
                        claim ->
                                observe(
                                        claim,
                                        clock.truncatedTo(ChronoUnit.MILLIS),
                                        refusal,
                                        crowd,
                                        noted));
    }

    private Observed observe(
            Claim claim, Instant now, Optional<String> refusal, Crowd crowd, Timeline noted) {
        String uid = claim.key().uid();
        Optional<VolumePopulation> record = view.run(claim.key().namespace(), Names.run(uid));
        Optional<Run> run = run(claim, record);
        Optional<Prime> prime = prime(claim, run).map(Claims::prime);
        List<Job> jobs = view.jobs(uid);
        List<Pod> pods = view.pods(uid);
        if (judged(claim, run) && Attempts.unexplained(jobs, pods)) {
            pods = view.podsNow(run.get().frozen().spec().getPrimeNamespace(), uid);
            if (Attempts.unexplained(jobs, pods)) {
                // Its last report may have said it; the record's watch may be behind, too.
                record = view.runNow(claim.key().namespace(), Names.run(uid));
                run = run(claim, record);
            }
        }
        List<Attempt> attempts =
                Attempts.read(
                        jobs, pods, new PodTrouble(view::complaint, now), run.flatMap(Run::report));
        Optional<String> complaint = prime.flatMap(p -> complaint(p, now));
        return new Observed(
                now,
                claim,
                storageClass(claim.storageClassName()),
                run.filter(r -> r.phase() != Phase.FAILED).isPresent()
                                && !Stuck.mayBeMended(
                                        claim,
                                        run.get(),
                                        attempts,
                                        complaint.isPresent() || refusal.isPresent())
                        ? new Resolution.NotAsked()
                        : resolver.resolve(view, claim),
                run,
                record.filter(r -> !RunRecords.begun(r)).map(RunRecords::waiting),
                prime,
                volume(prime.map(Prime::volumeName).orElse(null)),
                volume(claim.volumeName()),
                view.volumesOfClaim(uid).stream()
                        .map(Claims::volume)
                        .filter(volume -> volume.givenTo(uid))
                        .findFirst(),
                attempts,
                Attempts.live(pods),
                complaint,
                complaint.isEmpty() && prime.filter(p -> slow(p, now)).isPresent()
                        ? view.room(Objects.requireNonNullElse(claim.storageClassName(), ""))
                        : Optional.empty(),
                refusal,
                crowd,
                noted.or(
                        RunRecords.timeline(record.map(VolumePopulation::getStatus).orElse(null))));
    }

    private Optional<Run> run(Claim claim, Optional<VolumePopulation> record) {
        return record.filter(RunRecords::begun)
                .map(r -> RunRecords.run(r, sourceUid(claim.source())));
    }

    /// Whether an attempt's end decides what becomes of the run.
    private static boolean judged(Claim claim, Optional<Run> run) {
        return !claim.deleting() && run.filter(r -> !r.phase().settled()).isPresent();
    }

    private Optional<PersistentVolumeClaim> prime(Claim claim, Optional<Run> run) {
        String uid = claim.key().uid();
        String name = Names.prime(uid);
        Optional<PersistentVolumeClaim> found =
                run.isPresent()
                        ? view.claim(run.get().frozen().spec().getPrimeNamespace(), name)
                        : Stream.concat(
                                        namespaces.all().stream(),
                                        Stream.of(claim.key().namespace()))
                                .flatMap(namespace -> view.claim(namespace, name).stream())
                                .findFirst();
        // Somebody else's claim of that name is none of our business; making ours then fails, and
        // says so.
        return found.filter(p -> uid.equals(Index.label(p, Names.LABEL_UID)));
    }

    private Optional<Volume> volume(@Nullable String name) {
        return name == null ? Optional.empty() : view.volume(name).map(Claims::volume);
    }

    private Optional<String> complaint(Prime prime, Instant now) {
        boolean gaveUp = prime.madeForNode() != null && prime.selectedNode() == null;
        return slow(prime, now) || (gaveUp && prime.phase() == ClaimPhase.PENDING)
                ? view.complaint(prime.namespace(), prime.uid())
                        .map(complaint -> Attempts.shorten(complaint.message()))
                : Optional.empty();
    }

    private static boolean slow(Prime prime, Instant now) {
        return prime.phase() == ClaimPhase.PENDING
                && !prime.deleting()
                && prime.created().plus(SLOW).isBefore(now);
    }

    private ClassState storageClass(@Nullable String name) {
        if (name == null) {
            return new ClassState.Unset();
        }
        if (name.isEmpty()) {
            return new ClassState.Disabled();
        }
        return view.storageClass(name)
                .<ClassState>map(Observer::found)
                .orElseGet(() -> new ClassState.Missing(name));
    }

    private static ClassState.Found found(StorageClass storageClass) {
        return new ClassState.Found(
                storageClass.getMetadata().getName(),
                Objects.requireNonNullElse(storageClass.getProvisioner(), ""),
                "WaitForFirstConsumer".equals(storageClass.getVolumeBindingMode()),
                storageClass.getParameters() == null ? Map.of() : storageClass.getParameters());
    }

    private @Nullable String sourceUid(SourceRef ref) {
        return view.source(ref).map(s -> s.getMetadata().getUid()).orElse(null);
    }
}
