package dev.cistern.environment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A program's environment variables under their current names.
///
/// Each program has a table of its [ChangedVariable]s. An entry is deleted from it in the release after the change.
///
/// @param variables by their current names, without the old ones
/// @param warnings one for each old name that is set: what to set instead
public record Environment(Map<String, String> variables, List<String> warnings) {
    public Environment {
        variables = Map.copyOf(variables);
        warnings = List.copyOf(warnings);
    }

    /// Resolves old names. Where both names are set the new one counts; an empty value counts as not set.
    ///
    /// @param given all variables of the process
    /// @param changed the program's table
    public static Environment of(Map<String, String> given, List<ChangedVariable> changed) {
        Map<String, String> variables = new HashMap<>(given);
        List<String> warnings = new ArrayList<>();
        for (ChangedVariable change : changed) {
            String value = variables.remove(change.oldName());
            if (value == null || value.isEmpty()) {
                continue;
            }
            String newName = change.newName();
            if (newName == null) {
                warnings.add(change.oldName() + " has no effect any more: remove it");
            } else if (variables.getOrDefault(newName, "").isEmpty()) {
                variables.put(newName, value);
                warnings.add(
                        change.oldName()
                                + " is now called "
                                + newName
                                + ": set that instead; the next release ignores the old name");
            } else {
                warnings.add(
                        change.oldName()
                                + " is ignored because its new name "
                                + newName
                                + " is set: remove it");
            }
        }
        return new Environment(variables, warnings);
    }
}
