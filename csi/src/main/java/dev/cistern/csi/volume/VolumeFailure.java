package dev.cistern.csi.volume;

import java.io.IOException;

/// A failure that is expected: the caller is told which one, and whether the same call may succeed if it is made again.
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

    /// The range asked for contains nothing that a volume can be; final.
    public static final class OutOfRange extends VolumeFailure {
        public OutOfRange(String message) {
            super(message);
        }
    }

    /// The volume or path is not there; final.
    public static final class NotFound extends VolumeFailure {
        public NotFound(String message) {
            super(message);
        }
    }

    /// Something else has the name or the place; final.
    public static final class AlreadyExists extends VolumeFailure {
        public AlreadyExists(String message) {
            super(message);
        }
    }

    /// The node's pool has no room; may succeed on another node, or here after deletions.
    public static final class NoSpace extends VolumeFailure {
        public NoSpace(String message) {
            super(message);
        }
    }

    /// The volume's state forbids it now, as when it is still in use; may succeed after that has changed.
    public static final class Conflict extends VolumeFailure {
        public Conflict(String message) {
            super(message);
        }
    }

    /// Another call for the same volume is still at work, or a list changed between two pages; try again.
    public static final class Pending extends VolumeFailure {
        public Pending(String message) {
            super(message);
        }
    }

    /// Too many calls at once; try again.
    public static final class Overloaded extends VolumeFailure {
        public Overloaded(String message) {
            super(message);
        }
    }

    /// The node could not do it: a system call or a program failed; try again.
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
