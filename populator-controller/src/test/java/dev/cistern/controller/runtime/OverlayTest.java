package dev.cistern.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.controller.world.MemoryView;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OverlayTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Overlay<PersistentVolumeClaim> overlay =
            new Overlay<>(MemoryView.JSON::clone, _ -> Optional.of("u"), nanos::get);

    private static PersistentVolumeClaim claim(String version, String uid) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withNamespace("team-a")
                .withName("data")
                .withUid(uid)
                .withResourceVersion(version)
                .withCreationTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();
    }

    private Optional<String> version(PersistentVolumeClaim cached) {
        return overlay.latest("team-a", "data", cached)
                .map(c -> c.getMetadata().getResourceVersion());
    }

    @Test
    void aWriteIsSeenUntilTheInformerHasCaughtUp() {
        overlay.written(claim("10", "a"));
        assertThat(overlay.latest("team-a", "data", null)).isPresent();
        assertThat(version(claim("9", "a"))).contains("10");
        assertThat(version(claim("10", "a"))).contains("10");
        assertThat(overlay.size()).isZero();
        assertThat(version(claim("9", "a"))).contains("9");
    }

    @Test
    void aWriteIsNotBelievedForEver() {
        overlay.written(claim("10", "a"));
        nanos.set(21_000_000_000L);
        assertThat(overlay.latest("team-a", "data", null)).isEmpty();
    }

    @Test
    void aDeletionShowsAsOneUntilTheInformerSeesIt() {
        overlay.deleted("team-a", "data", "a");
        assertThat(overlay.latest("team-a", "data", claim("9", "a")))
                .hasValueSatisfying(
                        c -> assertThat(c.getMetadata().getDeletionTimestamp()).isNotNull());
        assertThat(overlay.latest("team-a", "data", null)).isEmpty();
        assertThat(overlay.size()).isZero();
    }

    @Test
    void aDeletionSaysNothingOfTheNextLife() {
        overlay.deleted("team-a", "data", "a");
        assertThat(overlay.latest("team-a", "data", claim("12", "b")))
                .hasValueSatisfying(
                        c -> assertThat(c.getMetadata().getDeletionTimestamp()).isNull());
    }

    @Test
    void whatWasWrittenForAnOwnerIsFoundByIt() {
        overlay.written(claim("10", "a"));
        assertThat(overlay.pendingOf("u")).isPresent();
        assertThat(overlay.pendingOf("other")).isEmpty();
        overlay.forgetOwner("u");
        assertThat(overlay.pendingOf("u")).isEmpty();
        assertThat(overlay.size()).isZero();
    }
}
