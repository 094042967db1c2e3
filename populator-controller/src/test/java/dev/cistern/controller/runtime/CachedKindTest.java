package dev.cistern.controller.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import org.junit.jupiter.api.Test;

class CachedKindTest {
    private static ObjectMetaBuilder meta() {
        return new ObjectMetaBuilder().withUid("u").withGeneration(1L).withResourceVersion("5");
    }

    /// Otherwise each status of a populator would trigger all PVCs that wait for it.
    @Test
    void aStatusIsNoChangeOfTheSpec() {
        ObjectMeta before = meta().build();
        assertThat(CachedKind.sameSpec(before, meta().withResourceVersion("6").build())).isTrue();
    }

    @Test
    void specAnnotationsLifeAndDeletionAre() {
        ObjectMeta before = meta().build();
        assertThat(
                        CachedKind.sameSpec(
                                before, meta().addToAnnotations("cistern.dev/ttl", "6h").build()))
                .isFalse();
        assertThat(CachedKind.sameSpec(before, meta().withGeneration(2L).build())).isFalse();
        assertThat(CachedKind.sameSpec(before, meta().withUid("other").build())).isFalse();
        assertThat(
                        CachedKind.sameSpec(
                                before,
                                meta().withDeletionTimestamp("2026-01-01T00:00:00Z").build()))
                .isFalse();
        assertThat(
                        CachedKind.sameSpec(
                                meta().withGeneration(null).build(),
                                meta().withGeneration(null).build()))
                .isFalse();
    }
}
