package dev.cistern.csi.rpc;

import dev.cistern.csi.volume.VolumeFailure;
import io.vertx.grpc.common.GrpcStatus;

/// The one place where an expected failure becomes what CSI calls it.
final class StatusCodes {

    private StatusCodes() {}

    static GrpcStatus of(VolumeFailure failure) {
        return switch (failure) {
            case VolumeFailure.InvalidArgument _ -> GrpcStatus.INVALID_ARGUMENT;
            case VolumeFailure.OutOfRange _ -> GrpcStatus.OUT_OF_RANGE;
            case VolumeFailure.NotFound _ -> GrpcStatus.NOT_FOUND;
            case VolumeFailure.AlreadyExists _ -> GrpcStatus.ALREADY_EXISTS;
            // The provisioner gives a claim back to the scheduler at this one, and at no other.
            case VolumeFailure.NoSpace _ -> GrpcStatus.RESOURCE_EXHAUSTED;
            case VolumeFailure.Conflict _ -> GrpcStatus.FAILED_PRECONDITION;
            case VolumeFailure.Pending _ -> GrpcStatus.ABORTED;
            case VolumeFailure.Overloaded _ -> GrpcStatus.UNAVAILABLE;
            case VolumeFailure.Broken _ -> GrpcStatus.INTERNAL;
        };
    }
}
