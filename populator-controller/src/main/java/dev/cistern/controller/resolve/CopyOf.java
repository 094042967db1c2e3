package dev.cistern.controller.resolve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// Copies between the API's types. All fields are copied except those named, so that a new field of the API is copied,
/// too.
final class CopyOf {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CopyOf() {}

    /// Converts `from` to another type with the same fields.
    ///
    /// @param without fields that are left out
    /// @throws IllegalStateException when `to` lacks a field that is set; a test verifies that it lacks none
    static <T> T allBut(List<String> without, Object from, Class<T> to) {
        ObjectNode tree = JSON.valueToTree(from);
        tree.remove(without);
        try {
            return JSON.treeToValue(tree, to);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    from.getClass() + " has fields that " + to + " does not have", e);
        }
    }
}
