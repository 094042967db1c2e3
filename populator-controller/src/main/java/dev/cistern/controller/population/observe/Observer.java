package dev.cistern.controller.population.observe;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import dev.cistern.api.v1alpha1.volumepopulationspec.Sources;
import dev.cistern.controller.cluster.ApiValues;
import dev.cistern.controller.cluster.ClusterView;
import dev.cistern.controller.cluster.References;
import dev.cistern.controller.model.Claim;
import dev.cistern.controller.model.ClaimPhase;
import dev.cistern.controller.model.EventReason;
import dev.cistern.controller.model.FeatureGates;
import dev.cistern.controller.model.Messages;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.model.PopulateNamespaces;
import dev.cistern.controller.model.Resolution;
import dev.cistern.controller.model.RunPhase;
import dev.cistern.controller.model.SourceRef;
import dev.cistern.controller.population.filler.FillState;
import dev.cistern.controller.population.filler.Fillers;
import dev.cistern.controller.population.model.ClassState;
import dev.cistern.controller.population.model.Hold;
import dev.cistern.controller.population.model.LoadLevel;
import dev.cistern.controller.population.model.Observed;
import dev.cistern.controller.population.model.Prime;
import dev.cistern.controller.population.model.Run;
import dev.cistern.controller.population.model.Timeline;
import dev.cistern.controller.population.model.Volume;
import dev.cistern.controller.resolve.Resolver;
import dev.cistern.controller.resolve.RunAccess;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Observes one PVC and everything that belongs to its run.
public final class Observer {
    /// Most volumes are provisioned sooner.
    private static final Duration SLOW = Duration.ofSeconds(4);

    private final ClusterView view;
    private final Fillers fillers;
    private final Resolver resolver;
    private final PopulateNamespaces namespaces;
    private final FeatureGates gates;

    /// An observer of a view, for an installation with all features.
    public Observer(ClusterView view, Fillers fillers, PopulateNamespaces namespaces) {
        this(view, fillers, namespaces, FeatureGates.ALL);
    }

    /// An observer of a view.
    ///
    /// @param gates which features this installation has
    public Observer(
            ClusterView view, Fillers fillers, PopulateNamespaces namespaces, FeatureGates gates) {
        this.view = view;
        this.fillers = fillers;
        this.resolver = new Resolver(namespaces, gates);
        this.gates = gates;
        this.namespaces = namespaces;
    }

    /// The planner's input for a PVC; empty when no PVC has that UID, or it names none of our kinds.
    ///
    /// @param refusal the API server's last rejection of a creation for its run
    /// @param load number of runs in progress
    /// @param noted steps recorded by this process
    public Optional<Observed> observe(
            String namespace,
            String name,
            String uid,
            Instant clock,
            Optional<String> refusal,
            LoadLevel load,
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
                                        load,
                                        noted));
    }

    private Observed observe(
            Claim claim, Instant now, Optional<String> refusal, LoadLevel load, Timeline noted) {
        String uid = claim.key().uid();
        Optional<VolumePopulation> record = view.run(claim.key().namespace(), Names.run(uid));
        Optional<Run> run = run(claim, record);
        FillState fill = fillers.of(run).observe(view, claim, run, now);
        if (fill.unexplained()) {
            // The attempt's last report may contain its result, and the record's watch may be
            // behind.
            record = view.runNow(claim.key().namespace(), Names.run(uid));
            run = run(claim, record);
            fill = fillers.of(run).observe(view, claim, run, now);
        }
        Optional<Hold> hold = hold(claim, run);
        if (hold.filter(Hold::stops).isEmpty()) {
            RunAccess access = new RunAccess(view, claim.key().namespace());
            run = run.map(r -> r.with(access.kept(r.snapshot().spec())));
        }
        Optional<Prime> prime = prime(claim, run).map(Claims::prime);
        Optional<String> warning = prime.flatMap(p -> warning(p, now));
        return new Observed(
                now,
                claim,
                storageClass(claim.storageClassName()),
                run.filter(r -> r.phase() != RunPhase.FAILED).isPresent()
                                && !RestartRule.mayRestart(
                                        claim,
                                        run.get(),
                                        fill.attempts(),
                                        warning.isPresent() || refusal.isPresent(),
                                        hold.filter(Hold::stops).isPresent())
                        ? new Resolution.NotAsked()
                        : resolver.resolve(view, claim),
                run,
                hold,
                record.filter(r -> !References.begun(r)).map(RunRecords::waiting),
                prime,
                volume(prime.map(Prime::volumeName).orElse(null)),
                volume(claim.volumeName()),
                view.volumesOfClaim(uid).stream()
                        .map(Claims::volume)
                        .filter(volume -> volume.givenTo(uid))
                        .findFirst(),
                fill.attempts(),
                fill.writers(),
                warning,
                warning.isEmpty() && prime.filter(p -> slow(p, now)).isPresent()
                        ? view.largestVolume(
                                Objects.requireNonNullElse(claim.storageClassName(), ""))
                        : Optional.empty(),
                refusal,
                run.flatMap(this::storesReadySince),
                load,
                noted.or(
                        RunRecords.timeline(record.map(VolumePopulation::getStatus).orElse(null))));
    }

    private Optional<Run> run(Claim claim, Optional<VolumePopulation> record) {
        return record.filter(References::begun)
                .map(r -> RunRecords.run(r, sourceUid(claim.source())));
    }

    /// Asked only of a run that still has something to do.
    private Optional<Hold> hold(Claim claim, Optional<Run> run) {
        return run.filter(r -> !r.phase().settled())
                .flatMap(
                        r ->
                                new RunAccess(view, claim.key().namespace())
                                        .refusal(r.snapshot().spec()))
                .map(refusal -> new Hold(refusal.reason(), refusal.message(), true))
                .or(() -> run.filter(r -> !r.phase().settled()).flatMap(this::disabled));
    }

    private Optional<Hold> disabled(Run run) {
        boolean on =
                run.snapshot().spec().getMode() == VolumePopulationSpec.Mode.DATAFLOW
                        ? gates.volumePopulator()
                        : gates.jobs();
        return on
                ? Optional.empty()
                : Optional.of(new Hold(EventReason.FEATURE_DISABLED, gates.words(), false));
    }

    private Optional<Instant> storesReadySince(Run run) {
        Optional<Instant> since = Optional.empty();
        for (Sources source : run.snapshot().spec().getSources()) {
            Optional<Instant> ready =
                    Optional.ofNullable(source.getBackendName())
                            .flatMap(view::backend)
                            .flatMap(ApiValues::readySince);
            if (ready.isEmpty()) {
                return Optional.empty();
            }
            since = since.filter(ready.get()::isBefore).or(() -> ready);
        }
        return since;
    }

    private Optional<PersistentVolumeClaim> prime(Claim claim, Optional<Run> run) {
        String uid = claim.key().uid();
        String name = Names.prime(uid);
        Optional<PersistentVolumeClaim> found =
                run.isPresent()
                        ? view.claim(run.get().snapshot().spec().getPrimeNamespace(), name)
                        : Stream.concat(
                                        namespaces.all().stream(),
                                        Stream.of(claim.key().namespace()))
                                .flatMap(namespace -> view.claim(namespace, name).stream())
                                .findFirst();
        // Another owner's claim of that name is not ours; creating ours then fails and is reported.
        return found.filter(p -> uid.equals(ApiValues.label(p, Names.LABEL_UID)));
    }

    private Optional<Volume> volume(@Nullable String name) {
        return name == null ? Optional.empty() : view.volume(name).map(Claims::volume);
    }

    private Optional<String> warning(Prime prime, Instant now) {
        boolean gaveUp = prime.madeForNode() != null && prime.selectedNode() == null;
        return slow(prime, now) || (gaveUp && prime.phase() == ClaimPhase.PENDING)
                ? view.warning(prime.namespace(), prime.uid())
                        .map(warning -> Messages.shorten(warning.message()))
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
