package dev.cistern.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.model.Step;
import dev.cistern.controller.model.Timeline;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.SequencedSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Instant now = START;
    private final List<ClaimKey> called = new ArrayList<>();

    private final Clock clock =
            new Clock() {
                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return now;
                }
            };

    private static ClaimKey claim(String namespace, int number) {
        return new ClaimKey(namespace, "data-" + number, namespace + "-" + number);
    }

    private static ClaimKey claim(int number) {
        return claim("team-a", number);
    }

    private Timeline at(Step step) {
        return Timeline.EMPTY.with(Step.PRIME_CREATED, START).with(step, now);
    }

    private Turns turns(int most) {
        return new Turns(most, clock, called::add);
    }

    /// As the reconciler does for a PVC that wants its run begun.
    private boolean ask(Turns turns, ClaimKey key) {
        if (turns.take(key)) {
            turns.stands(key, Timeline.EMPTY.with(Step.PRIME_CREATED, now));
            return true;
        }
        turns.line(key);
        return false;
    }

    @Test
    void noMoreThanSoManyAndTheFirstInLineNext() {
        Turns turns = turns(2);
        assertThat(ask(turns, claim(1))).isTrue();
        assertThat(ask(turns, claim(2))).isTrue();
        assertThat(ask(turns, claim(3))).isFalse();
        assertThat(ask(turns, claim(4))).isFalse();
        assertThat(turns.waiting()).isEqualTo(2);

        turns.leave(claim(2));

        assertThat(called).containsExactly(claim(3));
        assertThat(ask(turns, claim(4))).as("a turn given to another is not free").isFalse();
        assertThat(ask(turns, claim(3))).isTrue();
        assertThat(turns.waiting()).isEqualTo(1);
        assertThat(turns.taken()).isEqualTo(2);
    }

    @Test
    void namespacesTakeTurns() {
        Turns turns = turns(1);
        ask(turns, claim("team-a", 0));
        for (int i = 1; i <= 3; i++) {
            ask(turns, claim("team-a", i));
        }
        ask(turns, claim("team-b", 1));
        for (int i = 0; i < 5; i++) {
            turns.leave(called.isEmpty() ? claim("team-a", 0) : called.getLast());
        }

        assertThat(called)
                .containsExactly(
                        claim("team-a", 1),
                        claim("team-b", 1),
                        claim("team-a", 2),
                        claim("team-a", 3));
        assertThat(turns.taken()).isZero();
    }

    @Test
    void aCopyThatRunsHoldsNoTurnAndItsEndWaitsForNone() {
        Turns turns = turns(1);
        ask(turns, claim(1));
        ask(turns, claim(2));

        turns.stands(claim(1), at(Step.COPY_STARTED));
        assertThat(called).containsExactly(claim(2));

        ask(turns, claim(2));
        turns.stands(claim(1), at(Step.COPY_DONE));
        assertThat(turns.taken()).isEqualTo(2);
        assertThat(ask(turns, claim(3))).isFalse();
        turns.leave(claim(2));
        assertThat(called).as("still one too many").containsExactly(claim(2));
        turns.leave(claim(1));
        assertThat(called).containsExactly(claim(2), claim(3));
    }

    @Test
    void aRunThatStandsStillHoldsUpNobody() {
        Turns turns = turns(1);
        ask(turns, claim(1));
        Timeline begun = Timeline.EMPTY.with(Step.PRIME_CREATED, now);
        ask(turns, claim(2));

        now = now.plus(Turns.STALE);
        turns.stands(claim(1), begun);
        assertThat(called).containsExactly(claim(2));
        turns.stands(claim(1), begun);
        assertThat(turns.taken()).isEqualTo(1);
    }

    @Test
    void aTurnThatNobodySpeaksOfEndsWhenTheNextAsks() {
        Turns turns = turns(1);
        ask(turns, claim(1));
        ask(turns, claim(2));
        ask(turns, claim(3));

        now = now.plus(Turns.STALE);
        assertThat(ask(turns, claim(3))).as("it is not first in line").isFalse();
        assertThat(called).containsExactly(claim(2));
    }

    @Test
    void whoLeavesTheLineIsNotCalled() {
        Turns turns = turns(1);
        ask(turns, claim(1));
        ask(turns, claim(2));
        ask(turns, claim(3));
        turns.leave(claim(2));
        turns.leave(claim(1));

        assertThat(called).containsExactly(claim(3));
    }

    /// Whatever happens in whatever order, everybody gets a turn, and at no time more than there are. The seed is in the message.
    @Test
    void everybodyGetsATurn() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Turns turns = turns(3);
        List<ClaimKey> asking = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            asking.add(claim("team-" + i % 5, i));
        }
        Set<ClaimKey> waiting = new LinkedHashSet<>();
        SequencedSet<ClaimKey> underWay = new LinkedHashSet<>();
        Set<ClaimKey> begun = new HashSet<>();
        for (int step = 0; begun.size() < 200 && step < 100_000; step++) {
            List<ClaimKey> ready = new ArrayList<>(called);
            called.clear();
            if (!asking.isEmpty() && random.nextBoolean()) {
                ready.add(asking.removeLast());
            } else if (random.nextInt(20) == 0) {
                // What is under way stands still from now on; who waits asks again by itself.
                now = now.plus(Turns.STALE);
                underWay.clear();
                ready.addAll(waiting);
            } else if (!underWay.isEmpty()) {
                turns.leave(underWay.removeFirst());
            }
            for (ClaimKey key : ready) {
                if (begun.contains(key)) {
                    // Woken once more after its turn.
                    continue;
                }
                if (ask(turns, key)) {
                    begun.add(key);
                    underWay.add(key);
                    waiting.remove(key);
                } else {
                    waiting.add(key);
                }
            }
            assertThat(turns.taken()).as("seed %d", seed).isLessThanOrEqualTo(3);
        }
        assertThat(begun).as("seed %d", seed).hasSize(200);
        assertThat(turns.waiting()).as("seed %d", seed).isZero();
    }
}
