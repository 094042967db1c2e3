package dev.cistern.controller.population;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.controller.model.ClaimKey;
import dev.cistern.controller.population.model.Step;
import dev.cistern.controller.population.model.Timeline;
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

class RunAdmissionTest {
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

    private RunAdmission admission(int most) {
        return new RunAdmission(most, clock, called::add);
    }

    /// Like the reconciler for a PVC whose run is to start.
    private boolean ask(RunAdmission admission, ClaimKey key) {
        if (admission.admit(key)) {
            admission.progressed(key, Timeline.EMPTY.with(Step.PRIME_CREATED, now));
            return true;
        }
        admission.queue(key);
        return false;
    }

    @Test
    void noMoreThanSoManyAndTheFirstInLineNext() {
        RunAdmission admission = admission(2);
        assertThat(ask(admission, claim(1))).isTrue();
        assertThat(ask(admission, claim(2))).isTrue();
        assertThat(ask(admission, claim(3))).isFalse();
        assertThat(ask(admission, claim(4))).isFalse();
        assertThat(admission.queued()).isEqualTo(2);

        admission.release(claim(2));

        assertThat(called).containsExactly(claim(3));
        assertThat(ask(admission, claim(4))).as("a turn given to another is not free").isFalse();
        assertThat(ask(admission, claim(3))).isTrue();
        assertThat(admission.queued()).isEqualTo(1);
        assertThat(admission.admitted()).isEqualTo(2);
    }

    @Test
    void namespacesTakeTurns() {
        RunAdmission admission = admission(1);
        ask(admission, claim("team-a", 0));
        for (int i = 1; i <= 3; i++) {
            ask(admission, claim("team-a", i));
        }
        ask(admission, claim("team-b", 1));
        for (int i = 0; i < 5; i++) {
            admission.release(called.isEmpty() ? claim("team-a", 0) : called.getLast());
        }

        assertThat(called)
                .containsExactly(
                        claim("team-a", 1),
                        claim("team-b", 1),
                        claim("team-a", 2),
                        claim("team-a", 3));
        assertThat(admission.admitted()).isZero();
    }

    @Test
    void aCopyThatRunsHoldsNoTurnAndItsEndWaitsForNone() {
        RunAdmission admission = admission(1);
        ask(admission, claim(1));
        ask(admission, claim(2));

        admission.progressed(claim(1), at(Step.COPY_STARTED));
        assertThat(called).containsExactly(claim(2));

        ask(admission, claim(2));
        admission.progressed(claim(1), at(Step.COPY_DONE));
        assertThat(admission.admitted()).isEqualTo(2);
        assertThat(ask(admission, claim(3))).isFalse();
        admission.release(claim(2));
        assertThat(called).as("still one too many").containsExactly(claim(2));
        admission.release(claim(1));
        assertThat(called).containsExactly(claim(2), claim(3));
    }

    @Test
    void aRunThatStandsStillHoldsUpNobody() {
        RunAdmission admission = admission(1);
        ask(admission, claim(1));
        Timeline begun = Timeline.EMPTY.with(Step.PRIME_CREATED, now);
        ask(admission, claim(2));

        now = now.plus(RunAdmission.STALE);
        admission.progressed(claim(1), begun);
        assertThat(called).containsExactly(claim(2));
        admission.progressed(claim(1), begun);
        assertThat(admission.admitted()).isEqualTo(1);
    }

    @Test
    void aTurnThatNobodySpeaksOfEndsWhenTheNextAsks() {
        RunAdmission admission = admission(1);
        ask(admission, claim(1));
        ask(admission, claim(2));
        ask(admission, claim(3));

        now = now.plus(RunAdmission.STALE);
        assertThat(ask(admission, claim(3))).as("it is not first in line").isFalse();
        assertThat(called).containsExactly(claim(2));
    }

    @Test
    void whoLeavesTheLineIsNotCalled() {
        RunAdmission admission = admission(1);
        ask(admission, claim(1));
        ask(admission, claim(2));
        ask(admission, claim(3));
        admission.release(claim(2));
        admission.release(claim(1));

        assertThat(called).containsExactly(claim(3));
    }

    /// Whatever happens in whatever order, everybody gets a turn, and at no time more than there are. The seed is in
    /// the message.
    @Test
    void everybodyGetsATurn() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RunAdmission admission = admission(3);
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
                // Running ones make no progress from now on; queued ones poll.
                now = now.plus(RunAdmission.STALE);
                underWay.clear();
                ready.addAll(waiting);
            } else if (!underWay.isEmpty()) {
                admission.release(underWay.removeFirst());
            }
            for (ClaimKey key : ready) {
                if (begun.contains(key)) {
                    // Woken once more after its admission.
                    continue;
                }
                if (ask(admission, key)) {
                    begun.add(key);
                    underWay.add(key);
                    waiting.remove(key);
                } else {
                    waiting.add(key);
                }
            }
            assertThat(admission.admitted()).as("seed %d", seed).isLessThanOrEqualTo(3);
        }
        assertThat(begun).as("seed %d", seed).hasSize(200);
        assertThat(admission.queued()).as("seed %d", seed).isZero();
    }
}
