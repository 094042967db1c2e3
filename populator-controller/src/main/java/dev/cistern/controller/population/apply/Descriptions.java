package dev.cistern.controller.population.apply;

import dev.cistern.api.v1alpha1.VolumePopulation;
import dev.cistern.controller.model.Names;
import dev.cistern.controller.population.model.Action;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

/// Describes actions in events about a rejected write.
final class Descriptions {
    private Descriptions() {}

    /// Description of an action that the run cannot continue without; empty for others.
    static String of(Action action) {
        return switch (action) {
            case Action.CreateRun(VolumePopulation run) -> named("make VolumePopulation", run);
            case Action.BeginRun(VolumePopulation run, String _) ->
                    named("change VolumePopulation", run);
            case Action.CreatePrime(PersistentVolumeClaim prime) ->
                    named("make the temporary PersistentVolumeClaim", prime);
            case Action.CreateJob(Job job, int _) -> named("make the Job", job);
            case Action.AddFinalizer _ ->
                    "put the finalizer " + Names.FINALIZER + " on this PersistentVolumeClaim";
            case Action.RemoveFinalizer _ ->
                    "take the finalizer " + Names.FINALIZER + " off this PersistentVolumeClaim";
            case Action.ClearSelectedNode _ ->
                    "take the annotation "
                            + Names.ANNOTATION_SELECTED_NODE
                            + " off this PersistentVolumeClaim";
            case Action.Rebind rebind ->
                    "give volume " + rebind.volume() + " to this PersistentVolumeClaim";
            case Action.DeleteRun _,
                    Action.DeletePrime _,
                    Action.DeleteJob _,
                    Action.WriteStatus _,
                    Action.EmitEvent _ ->
                    "";
        };
    }

    private static String named(String kind, HasMetadata object) {
        return kind
                + " "
                + object.getMetadata().getName()
                + " in namespace "
                + object.getMetadata().getNamespace();
    }
}
