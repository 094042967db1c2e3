package dev.cistern.populate.source.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static Json json(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsThereIsRead() {
        Json all =
                json(
                        """
                        {"items": [{"name": "ü", "size": "12"}, {"name": "b", "size": 7, "gone": null}],
                         "next": "t", "deep": {"er": {"true": true}}, "exact": 1.50}
                        """);
        assertThat(all.get("items").items()).hasSize(2);
        assertThat(all.get("items").items().get(0).get("name").text()).isEqualTo("ü");
        assertThat(all.get("items").items().get(0).get("size").number()).isEqualTo(12);
        assertThat(all.get("items").items().get(1).get("size").number()).isEqualTo(7);
        assertThat(all.get("items").items().get(1).get("gone").present()).isFalse();
        assertThat(all.get("deep").get("er").get("true").text()).isEqualTo("true");
        assertThat(all.get("exact").text()).isEqualTo("1.50");
        assertThat(all.get("exact").number()).isNull();
    }

    @Test
    void whatIsNotThereIsAbsent() {
        Json all = json("{\"a\": [1], \"b\": \"\", \"c\": -1}");
        assertThat(all.get("x").get("y").items()).isEmpty();
        assertThat(all.get("x").text("none")).isEqualTo("none");
        assertThat(all.get("a").get("b").present()).isFalse();
        assertThat(all.get("a").text()).isNull();
        assertThat(all.get("b").number()).isNull();
        assertThat(all.get("c").number()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,]", "{} {}", "<html>", "{\"a\":}"})
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> json(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void depthIsBounded() {
        assertThatThrownBy(() -> json("[".repeat(100_000) + "]".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
