package dev.cistern.populate.source.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CredentialCacheTest {
    private record Token(String value, long issuedMillis, long expiresMillis) implements Expiring {}

    private long now = 1_000_000;
    private int fetched;
    private boolean away;
    private long lifetime = 3_600_000;

    private final CredentialCache<Token> cache =
            new CredentialCache<>(
                    () -> {
                        fetched++;
                        if (away) {
                            throw new SourceException.Retryable(
                                    Reason.SOURCE_UNAVAILABLE, "away", 0, false, null);
                        }
                        return new Token("t" + fetched, now, now + lifetime);
                    },
                    () -> now);

    @Test
    void aTokenIsUsedUntilItIsTimeForAnother() throws Exception {
        assertThat(cache.get().value()).isEqualTo("t1");
        now += 3_600_000 - 225_001;
        assertThat(cache.get().value()).isEqualTo("t1");
        now += 1;
        assertThat(cache.get().value()).isEqualTo("t2");
    }

    @Test
    void oneThatLastsShortlyIsRenewedWithinItsLife() throws Exception {
        lifetime = 60_000;
        assertThat(cache.get().value()).isEqualTo("t1");
        now += 44_999;
        assertThat(cache.get().value()).isEqualTo("t1");
        now += 1;
        assertThat(cache.get().value()).isEqualTo("t2");
    }

    @Test
    void whileNobodyGivesAnotherTheOldOneHoldsToItsEnd() throws Exception {
        cache.get();
        now += 3_600_000 - 200_000;
        away = true;
        assertThat(cache.get().value()).isEqualTo("t1");
        assertThat(cache.get().value()).isEqualTo("t1");
        assertThat(fetched).as("asked again only after a pause").isEqualTo(2);
        now += 5_000;
        assertThat(cache.get().value()).isEqualTo("t1");
        assertThat(fetched).isEqualTo(3);
        now += 190_000;
        assertThatThrownBy(cache::get).isInstanceOf(SourceException.Retryable.class);
        away = false;
        assertThat(cache.get().value()).isEqualTo("t5");
    }

    @Test
    void oneThatWasRefusedIsReplacedOnce() throws Exception {
        Token first = cache.get();
        Token second = cache.instead(first);
        assertThat(second.value()).isEqualTo("t2");
        assertThat(cache.instead(first)).isEqualTo(second);
        assertThat(cache.get()).isEqualTo(second);
    }

    @Test
    void manyThreadsAskOnce() throws Exception {
        CountDownLatch all = new CountDownLatch(16);
        Set<String> seen = ConcurrentHashMap.newKeySet();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            all.countDown();
                                            all.await();
                                            seen.add(cache.get().value());
                                        } catch (SourceException | InterruptedException e) {
                                            seen.add(e.toString());
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(seen).containsExactly("t1");
    }
}
