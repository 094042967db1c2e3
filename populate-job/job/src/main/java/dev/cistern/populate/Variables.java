package dev.cistern.populate;

import dev.cistern.environment.ChangedVariable;
import java.util.List;

/// Environment variables of the Job and the command that have changed since the last release.
public final class Variables {
    public static final List<ChangedVariable> CHANGED =
            List.of(ChangedVariable.removed("CISTERN_TRANSPORT"));

    private Variables() {}
}
