package dev.cistern.controller.resolve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// Copies between the API's kinds. All fields are copied but those that are named, so that one that the API gets is copied, too.
final class CopyOf {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CopyOf() {}

    /// What `from` says, as another type that has its fields.
    ///
    /// @param without fields that are left out
    /// @throws IllegalStateException when `to` lacks a field that is set; a test makes sure that it lacks none
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
