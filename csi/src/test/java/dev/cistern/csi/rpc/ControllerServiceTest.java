package dev.cistern.csi.rpc;

import static dev.cistern.csi.rpc.Messages.CALL;
import static dev.cistern.csi.rpc.Messages.capability;
import static dev.cistern.csi.rpc.Messages.create;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.csi.proto.CreateVolumeRequest;
import dev.cistern.csi.proto.DeleteVolumeRequest;
import dev.cistern.csi.proto.GetCapacityRequest;
import dev.cistern.csi.proto.ListVolumesRequest;
import dev.cistern.csi.proto.ListVolumesResponse;
import dev.cistern.csi.proto.Topology;
import dev.cistern.csi.proto.TopologyRequirement;
import dev.cistern.csi.proto.ValidateVolumeCapabilitiesRequest;
import dev.cistern.csi.proto.ValidateVolumeCapabilitiesResponse;
import dev.cistern.csi.proto.Volume;
import dev.cistern.csi.proto.VolumeCapability;
import dev.cistern.csi.proto.VolumeCapability.AccessMode.Mode;
import dev.cistern.csi.proto.VolumeContentSource;
import dev.cistern.csi.volume.VolumeFailure;
import dev.cistern.csi.volume.VolumeId;
import dev.cistern.csi.volume.VolumeLocks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ControllerServiceTest {

    private static final long GIB = 1L << 30;

    private final FakePool pool = new FakePool();
    private final FakeMounter mounter = new FakeMounter();
    private final List<String> removals = new ArrayList<>();
    private final ControllerService service =
            new ControllerService(
                    new Driver("n1", "1"),
                    pool,
                    mounter,
                    new VolumeLocks(),
                    () -> removals.add("removed"));

    @Test
    void aVolumeIsMadeOnThisNode() {
        Volume volume = service.create(create("pvc-1", GIB).build(), CALL).getVolume();

        assertThat(volume.getVolumeId()).isEqualTo("pvc-1");
        assertThat(volume.getCapacityBytes()).isEqualTo(GIB);
        assertThat(volume.getVolumeContextMap()).isEqualTo(Map.of("enforced", "true"));
        assertThat(volume.getAccessibleTopologyList())
                .containsExactly(topology(Driver.NODE_KEY, "n1"));
    }

    @Test
    void aVolumeWithoutEnforcedSizeSaysSo() {
        pool.enforces = false;

        Volume volume = service.create(create("pvc-1", GIB).build(), CALL).getVolume();

        assertThat(volume.getVolumeContextMap()).containsEntry("enforced", "false");
    }

    @Test
    void makingItAgainGivesTheSameVolume() {
        Volume first = service.create(create("pvc-1", GIB).build(), CALL).getVolume();

        assertThat(service.create(create("pvc-1", GIB).build(), CALL).getVolume()).isEqualTo(first);
        assertThatThrownBy(() -> service.create(create("pvc-1", 2 * GIB).build(), CALL))
                .isInstanceOf(VolumeFailure.AlreadyExists.class);
    }

    @Test
    void requestsThatCannotBeMetNameTheirField() {
        refused(create("", GIB), "name");
        refused(create("x".repeat(129), GIB), "name");
        refused(create("a", GIB).clearVolumeCapabilities(), "volume_capabilities");
        refused(create("a", -1), "required_bytes");
        refused(
                create("a", GIB).setVolumeContentSource(VolumeContentSource.getDefaultInstance()),
                "volume_content_source");
        refused(create("a", GIB).putParameters("compression", "zstd"), "compression");
        VolumeCapability block =
                capability(Mode.SINGLE_NODE_WRITER)
                        .setBlock(VolumeCapability.BlockVolume.getDefaultInstance())
                        .build();
        refused(create("a", GIB).addVolumeCapabilities(block), "volume_capabilities[1].block");
        refused(
                create("a", GIB)
                        .addVolumeCapabilities(capability(Mode.SINGLE_NODE_WRITER, "nobarrier")),
                "volume_capabilities[1].mount.mount_flags");
        assertThat(pool.list()).isEmpty();
    }

    private void refused(CreateVolumeRequest.Builder request, String field) {
        assertThatThrownBy(() -> service.create(request.build(), CALL))
                .isInstanceOf(VolumeFailure.InvalidArgument.class)
                .hasMessageContaining(field);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {
                "MULTI_NODE_READER_ONLY",
                "MULTI_NODE_SINGLE_WRITER",
                "MULTI_NODE_MULTI_WRITER",
                "UNKNOWN"
            })
    void accessFromSeveralNodesIsRefused(Mode mode) {
        refused(
                create("a", GIB).addVolumeCapabilities(capability(mode)),
                "volume_capabilities[1].access_mode");
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {
                "SINGLE_NODE_WRITER",
                "SINGLE_NODE_READER_ONLY",
                "SINGLE_NODE_SINGLE_WRITER",
                "SINGLE_NODE_MULTI_WRITER"
            })
    void accessFromOneNodeIsGranted(Mode mode) {
        service.create(create("a", GIB).addVolumeCapabilities(capability(mode)).build(), CALL);
    }

    @Test
    void theProvisionersMetadataIsNoParameterOfOurs() {
        service.create(
                create("a", GIB).putParameters("csi.storage.k8s.io/pvc/name", "data").build(),
                CALL);
    }

    @Test
    void aFullNodeGivesTheClaimBackToTheScheduler() {
        assertThatThrownBy(() -> service.create(create("a", 101 * GIB).build(), CALL))
                .isInstanceOfSatisfying(
                        VolumeFailure.class,
                        e -> assertThat(StatusCodes.of(e).name()).isEqualTo("RESOURCE_EXHAUSTED"));
    }

    @Test
    void aVolumeForAnotherNodeIsNotMadeHere() {
        TopologyRequirement elsewhere =
                TopologyRequirement.newBuilder()
                        .addRequisite(topology(Driver.NODE_KEY, "n2"))
                        .build();
        TopologyRequirement here =
                elsewhere.toBuilder().addRequisite(topology(Driver.NODE_KEY, "n1")).build();
        TopologyRequirement zone =
                TopologyRequirement.newBuilder()
                        .addRequisite(topology("topology.kubernetes.io/zone", "zone-a"))
                        .build();

        assertThatThrownBy(
                        () ->
                                service.create(
                                        create("a", GIB)
                                                .setAccessibilityRequirements(elsewhere)
                                                .build(),
                                        CALL))
                .isInstanceOf(VolumeFailure.NoSpace.class)
                .hasMessageContaining("requisite");
        service.create(create("b", GIB).setAccessibilityRequirements(here).build(), CALL);
        service.create(create("c", GIB).setAccessibilityRequirements(zone).build(), CALL);
    }

    @Test
    void removingIsSafeToRepeat() {
        service.create(create("a", GIB).build(), CALL);

        service.delete(DeleteVolumeRequest.newBuilder().setVolumeId("a").build(), CALL);
        service.delete(DeleteVolumeRequest.newBuilder().setVolumeId("a").build(), CALL);
        service.delete(DeleteVolumeRequest.newBuilder().setVolumeId("../../etc").build(), CALL);

        assertThat(pool.list()).isEmpty();
        assertThat(removals).isNotEmpty();
        assertThatThrownBy(() -> service.delete(DeleteVolumeRequest.getDefaultInstance(), CALL))
                .hasMessage("volume_id is missing");
    }

    @Test
    void aVolumeInUseIsNotRemoved() {
        service.create(create("a", GIB).build(), CALL);
        mounter.publish(pool.path(new VolumeId("a")), Path.of("/pods/a"), Set.of());

        assertThatThrownBy(
                        () ->
                                service.delete(
                                        DeleteVolumeRequest.newBuilder().setVolumeId("a").build(),
                                        CALL))
                .isInstanceOf(VolumeFailure.Conflict.class)
                .hasMessageContaining("/pods/a");
        assertThat(pool.list()).hasSize(1);
    }

    @Test
    void capacityIsThatOfThisNodeAndOfNoOther() {
        service.create(create("a", 40 * GIB).build(), CALL);

        assertThat(capacity(GetCapacityRequest.newBuilder())).isEqualTo(60 * GIB);
        assertThat(
                        capacity(
                                GetCapacityRequest.newBuilder()
                                        .setAccessibleTopology(topology(Driver.NODE_KEY, "n1"))))
                .isEqualTo(60 * GIB);
        assertThat(
                        capacity(
                                GetCapacityRequest.newBuilder()
                                        .setAccessibleTopology(topology(Driver.NODE_KEY, "n2"))))
                .isZero();
        assertThat(
                        capacity(
                                GetCapacityRequest.newBuilder()
                                        .addVolumeCapabilities(
                                                capability(Mode.MULTI_NODE_MULTI_WRITER))))
                .isZero();
    }

    private long capacity(GetCapacityRequest.Builder request) {
        return service.capacity(request.build(), CALL).getAvailableCapacity();
    }

    @Test
    void pagesAreNotShiftedByVolumesThatComeAndGo() {
        for (String name : List.of("a", "b", "c", "d")) {
            service.create(create(name, GIB).build(), CALL);
        }

        ListVolumesResponse first = list(2, "");
        pool.delete(new VolumeId("a"));
        pool.delete(new VolumeId("b"));
        ListVolumesResponse second = list(2, first.getNextToken());

        assertThat(ids(first)).containsExactly("a", "b");
        assertThat(ids(second)).containsExactly("c", "d");
        assertThat(second.getNextToken()).isEmpty();
        assertThatThrownBy(() -> list(2, "page-2"))
                .isInstanceOf(VolumeFailure.Pending.class)
                .hasMessageContaining("starting_token");
        assertThatThrownBy(() -> list(-1, "")).hasMessageContaining("max_entries");
    }

    private ListVolumesResponse list(int entries, String token) {
        return service.list(
                ListVolumesRequest.newBuilder()
                        .setMaxEntries(entries)
                        .setStartingToken(token)
                        .build(),
                CALL);
    }

    private static List<String> ids(ListVolumesResponse response) {
        return response.getEntriesList().stream().map(e -> e.getVolume().getVolumeId()).toList();
    }

    @Test
    void validationConfirmsOrSaysWhyNot() {
        service.create(create("a", GIB).build(), CALL);

        ValidateVolumeCapabilitiesResponse yes =
                validate("a", capability(Mode.SINGLE_NODE_WRITER).build());
        ValidateVolumeCapabilitiesResponse no =
                validate("a", capability(Mode.MULTI_NODE_MULTI_WRITER).build());

        assertThat(yes.hasConfirmed()).isTrue();
        assertThat(no.hasConfirmed()).isFalse();
        assertThat(no.getMessage()).contains("access_mode");
        assertThatThrownBy(() -> validate("b", capability(Mode.SINGLE_NODE_WRITER).build()))
                .isInstanceOf(VolumeFailure.NotFound.class);
    }

    private ValidateVolumeCapabilitiesResponse validate(String id, VolumeCapability capability) {
        return service.validate(
                ValidateVolumeCapabilitiesRequest.newBuilder()
                        .setVolumeId(id)
                        .addVolumeCapabilities(capability)
                        .build(),
                CALL);
    }

    private static Topology topology(String key, String value) {
        return Topology.newBuilder().putSegments(key, value).build();
    }
}
