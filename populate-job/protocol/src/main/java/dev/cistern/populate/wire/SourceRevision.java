package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What the name of a source stood for when a run first read it, where a name may come to stand for something else: the
/// commit of a branch. Later attempts of the run read the same.
///
/// @param source its number, from 0
/// @param revision in the store's own form, such as the id of a commit; at most 256 characters
public record SourceRevision(int source, String revision) {
    private static final int MAX_LENGTH = 256;

    static List<SourceRevision> read(WireReader in, String name) throws WireException {
        List<SourceRevision> all = new ArrayList<>();
        for (WireReader one : in.objects(name, RunSpec.MAX_SOURCES)) {
            String revision = one.text("revision");
            if (revision.isEmpty() || revision.length() > MAX_LENGTH) {
                throw one.wrong("revision", "must have 1 to " + MAX_LENGTH + " characters");
            }
            all.add(
                    new SourceRevision(
                            (int) one.number("source", 0, RunSpec.MAX_SOURCES - 1L), revision));
        }
        return all;
    }

    /// Writes nothing where there are none.
    static void write(JsonGenerator json, String name, List<SourceRevision> all)
            throws IOException {
        if (all.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart(name);
        for (SourceRevision one : all) {
            json.writeStartObject();
            json.writeNumberField("source", one.source);
            json.writeStringField("revision", one.revision);
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
