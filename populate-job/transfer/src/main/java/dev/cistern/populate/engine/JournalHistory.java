package dev.cistern.populate.engine;

import dev.cistern.populate.engine.Journal.Block;
import dev.cistern.populate.engine.Journal.Done;
import dev.cistern.populate.engine.Journal.Findings;
import dev.cistern.populate.engine.JournalRecord.Type;
import dev.cistern.populate.target.TargetFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What the journal of earlier attempts says.
final class JournalHistory {
    private final DoneRecords done;
    private final Map<Long, List<Block>> blocks = new ConcurrentHashMap<>();
    private final Map<Long, Long> reserved = new ConcurrentHashMap<>();
    private final Map<Long, Findings> found = new HashMap<>();
    private boolean made;
    private boolean empty = true;
    private long length;

    /// @param done receives the objects completed by earlier attempts
    JournalHistory(DoneRecords done) {
        this.done = done;
    }

    /// Reads the records twice, because what is trusted is known only at the end.
    void load(TargetFile file) throws IOException {
        long[] blocksBefore = {0};
        long[] doneBefore = {0};
        long end =
                JournalRecord.read(
                        file,
                        Long.MAX_VALUE,
                        raw -> {
                            if (raw.type() == Type.SYNCED) {
                                doneBefore[0] = raw.a();
                                blocksBefore[0] = raw.b() == 0 ? raw.a() : blocksBefore[0];
                            }
                        });
        JournalRecord.read(
                file,
                end,
                raw ->
                        apply(
                                raw,
                                raw.at()
                                        < (raw.type() == Type.DONE ? doneBefore : blocksBefore)
                                                [0]));
        done.complete();
        length = end;
        empty = done.isEmpty() && blocks.isEmpty() && !made;
    }

    private void apply(JournalRecord raw, boolean trusted) throws IOException {
        switch (raw.type()) {
            case BLOCK ->
                    blocks.computeIfAbsent(raw.id(), id -> new ArrayList<>(1))
                            .add(new Block(raw.a(), raw.b(), raw.kind(), raw.value(), trusted));
            case DONE -> {
                forget(raw.id());
                done.put(raw.id(), new Done(raw.kind(), raw.value(), trusted, raw.a() < 0));
            }
            case FORGOTTEN -> {
                forget(raw.id());
                done.remove(raw.id());
            }
            case RESERVED -> reserved.put(raw.id(), raw.a());
            case FOUND -> found.put(raw.id(), findings(raw.id()).with(raw.a() == 1, raw.b()));
            case MADE -> made = true;
            case HEADER, SYNCED, ATTEMPT -> {}
        }
    }

    /// Revokes the records about an incomplete file.
    void forget(long id) {
        blocks.remove(id);
        reserved.remove(id);
    }

    /// Length of the valid part of the file, in bytes.
    long length() {
        return length;
    }

    /// Whether there is nothing to resume from.
    boolean empty() {
        return empty;
    }

    /// Whether anything was about to be created.
    boolean made() {
        return made;
    }

    DoneRecords done() {
        return done;
    }

    List<Block> blocks(long id) {
        return blocks.getOrDefault(id, List.of());
    }

    long reserved(long id) {
        return reserved.getOrDefault(id, 0L);
    }

    Findings findings(long form) {
        return found.getOrDefault(form, Findings.NONE);
    }
}
