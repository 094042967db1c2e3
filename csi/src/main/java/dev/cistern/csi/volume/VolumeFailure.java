package dev.cistern.csi.volume;

import java.io.IOException;

/// An expected failure. The caller learns which one it is, and whether a retry may succeed.
public abstract sealed class VolumeFailure extends RuntimeException {

    private VolumeFailure(String message) {
        super(message, null, false, false);
    }

    private VolumeFailure(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }

    /// A field of the request is missing or wrong; final.
    public static final class InvalidArgument extends VolumeFailure {
        /// @param field the field's path in the request, as the protocol spells it
        public InvalidArgument(String field, String problem) {
            super(field + " " + problem);
        }
    }

    /// No valid volume size is in the requested range; final.
    public static final class OutOfRange extends VolumeFailure {
        public OutOfRange(String message) {
            super(message);
        }
    }

    /// The volume or path does not exist; final.
    public static final class NotFound extends VolumeFailure {
        public NotFound(String message) {
            super(message);
        }
    }

    /// The name or path is taken by something else; final.
    public static final class AlreadyExists extends VolumeFailure {
        public AlreadyExists(String message) {
            super(message);
        }
    }

    /// The node's pool has no space; may succeed on another node, or here after deletions.
    public static final class NoSpace extends VolumeFailure {
        public NoSpace(String message) {
            super(message);
        }
    }

    /// The volume's state forbids it, for example because it is in use; may succeed later.
    public static final class Conflict extends VolumeFailure {
        public Conflict(String message) {
            super(message);
        }
    }

    /// Another call for the same volume is in progress, or a list changed between two pages; retry.
    public static final class Pending extends VolumeFailure {
        public Pending(String message) {
            super(message);
        }
    }

    /// Too many concurrent calls; retry.
    public static final class Overloaded extends VolumeFailure {
        public Overloaded(String message) {
            super(message);
        }
    }

    /// A system call or a program failed on the node; retry.
    public static final class Broken extends VolumeFailure {
        public Broken(String doing, IOException cause) {
            super(doing + ": " + describe(cause), cause);
        }

        private static String describe(IOException cause) {
            String message = cause.getMessage();
            String kind = cause.getClass().getSimpleName();
            return message == null
                    ? kind
                    : cause instanceof java.nio.file.FileSystemException
                            ? kind + " " + message
                            : message;
        }
    }
}
