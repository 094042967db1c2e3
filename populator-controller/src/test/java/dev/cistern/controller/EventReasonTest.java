package dev.cistern.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.controller.model.EventReason;
import dev.cistern.populate.wire.Reason;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventReasonTest {
    /// Every event reason is explained in the operators' page.
    @Test
    void everyReasonIsInTheOperatorsPage() throws Exception {
        List<String> reasons = new ArrayList<>();
        for (Field field : EventReason.class.getFields()) {
            reasons.add((String) field.get(null));
        }
        for (Reason reason : Reason.values()) {
            reasons.add(reason.wireName());
        }
        String page = Files.readString(Path.of("../docs/operations.md"));
        assertThat(reasons).isNotEmpty().allMatch(reason -> page.contains("`" + reason + "`"));
    }
}
