package dev.cistern.csi.rpc;

import dev.cistern.csi.volume.VolumeFailure;
import io.vertx.grpc.common.GrpcStatus;

/// Maps expected failures to CSI's status codes.
final class StatusCodes {

    private StatusCodes() {}

    static GrpcStatus of(VolumeFailure failure) {
        return switch (failure) {
            case VolumeFailure.InvalidArgument _ -> GrpcStatus.INVALID_ARGUMENT;
            case VolumeFailure.OutOfRange _ -> GrpcStatus.OUT_OF_RANGE;
            case VolumeFailure.NotFound _ -> GrpcStatus.NOT_FOUND;
            case VolumeFailure.AlreadyExists _ -> GrpcStatus.ALREADY_EXISTS;
            // The provisioner returns a claim to the scheduler only with this code.
            case VolumeFailure.NoSpace _ -> GrpcStatus.RESOURCE_EXHAUSTED;
            case VolumeFailure.Conflict _ -> GrpcStatus.FAILED_PRECONDITION;
            case VolumeFailure.Pending _ -> GrpcStatus.ABORTED;
            case VolumeFailure.Overloaded _ -> GrpcStatus.UNAVAILABLE;
            case VolumeFailure.Broken _ -> GrpcStatus.INTERNAL;
        };
    }
}
