package dev.cistern.populate.source.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Behaviour of the layer for any store, tested with a minimal one.
class StoreSenderTest {
    private static final byte[] BYTES = "0123456789".getBytes(StandardCharsets.UTF_8);

    private static final class Bytes implements ObjectSink {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @Override
        public void begin(@Nullable ObjectDigest digest) {}

        @Override
        public void accept(ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            taken.writeBytes(copy);
        }
    }

    private static byte[] read(ToyStore store, SourceObject object, long from, long to)
            throws SourceException, IOException {
        Bytes sink = new Bytes();
        try (StoreSender sender = store.sender()) {
            new ObjectReader(new RestObjects(sender, store), store).read(object, from, to, sink);
        }
        return sink.taken.toByteArray();
    }

    @Test
    void credentialsDoNotFollowToAnotherHost() throws Exception {
        try (ToyStore other = new ToyStore(exchange -> ToyStore.answer(exchange, 200, BYTES));
                ToyStore store =
                        new ToyStore(
                                exchange ->
                                        ToyStore.redirect(
                                                exchange, other.origin() + "/there?signed=1"))) {
            assertThat(read(store, new SourceObject("x", 10, null, 0), 0, 10)).isEqualTo(BYTES);

            assertThat(store.requests).containsExactly("GET /x Bearer token-1");
            assertThat(other.requests).containsExactly("GET /there?signed=1 -");
        }
    }

    /// The other host chooses what is asked of the endpoint: with credentials it would read what its author may not.
    @Test
    void whatAnotherHostRedirectsHomeHasNoCredentials() throws Exception {
        String[] home = new String[1];
        try (ToyStore other =
                        new ToyStore(
                                exchange ->
                                        ToyStore.redirect(exchange, home[0] + "/private?all=1"));
                ToyStore store =
                        new ToyStore(
                                exchange -> {
                                    if (exchange.getRequestURI().getPath().equals("/x")) {
                                        ToyStore.redirect(exchange, other.origin() + "/there");
                                    } else if (exchange.getRequestURI()
                                            .getPath()
                                            .equals("/private")) {
                                        ToyStore.redirect(exchange, "/further");
                                    } else {
                                        ToyStore.answer(exchange, 200, BYTES);
                                    }
                                })) {
            home[0] = store.origin().toString();

            assertThat(read(store, new SourceObject("x", 10, null, 0), 0, 10)).isEqualTo(BYTES);

            assertThat(store.requests)
                    .containsExactly(
                            "GET /x Bearer token-1", "GET /private?all=1 -", "GET /further -");
        }
    }

    /// A refusal on such a way says nothing about the credentials, and nothing is learned from it.
    @Test
    void whatIsRefusedOnSuchAWayRenewsNoCredentials() throws Exception {
        String[] home = new String[1];
        try (ToyStore other =
                        new ToyStore(
                                exchange -> ToyStore.redirect(exchange, home[0] + "/private"));
                ToyStore store =
                        new ToyStore(
                                exchange -> {
                                    if (exchange.getRequestURI().getPath().equals("/x")) {
                                        ToyStore.redirect(exchange, other.origin() + "/there");
                                    } else {
                                        ToyStore.answer(exchange, 401, BYTES);
                                    }
                                })) {
            home[0] = store.origin().toString();
            store.renews = true;

            assertThatThrownBy(() -> read(store, new SourceObject("x", 10, null, 0), 0, 10))
                    .isInstanceOf(SourceException.Refused.class);

            assertThat(store.tokens).hasValue(1);
            assertThat(store.requests).containsExactly("GET /x Bearer token-1", "GET /private -");
        }
    }

    @Test
    void aLocationWithBlanksIsFollowed() throws Exception {
        try (ToyStore store =
                new ToyStore(
                        exchange -> {
                            if (exchange.getRequestURI().getPath().equals("/x")) {
                                ToyStore.redirect(exchange, "/a b?c d");
                            } else {
                                ToyStore.answer(exchange, 200, BYTES);
                            }
                        })) {
            assertThat(read(store, new SourceObject("x", 10, null, 0), 0, 10)).isEqualTo(BYTES);
            assertThat(store.requests.getLast()).isEqualTo("GET /a%20b?c%20d Bearer token-1");
        }
    }

    @Test
    void onTheSameHostTheyDo() throws Exception {
        try (ToyStore store =
                new ToyStore(
                        exchange -> {
                            if (exchange.getRequestURI().getPath().equals("/a/x")) {
                                ToyStore.redirect(exchange, "y");
                            } else {
                                ToyStore.answer(exchange, 200, BYTES);
                            }
                        })) {
            assertThat(read(store, new SourceObject("a/x", 10, null, 0), 0, 10)).isEqualTo(BYTES);

            assertThat(store.requests)
                    .containsExactly("GET /a/x Bearer token-1", "GET /a/y Bearer token-1");
        }
    }

    @Test
    void aRequestToAnotherHostHasNoneEither() throws Exception {
        try (ToyStore other = new ToyStore(exchange -> ToyStore.answer(exchange, 200, BYTES));
                ToyStore store = new ToyStore(exchange -> ToyStore.answer(exchange, 500, BYTES));
                StoreSender sender = store.sender()) {
            assertThat(sender.document(StoreRequest.get("/z").at(other.origin()), 100))
                    .isEqualTo(BYTES);
            assertThat(other.requests).containsExactly("GET /z -");
            assertThat(store.requests).isEmpty();
        }
    }

    @Test
    void aSecretInABodyFollowsNowhere() throws Exception {
        try (ToyStore other = new ToyStore(exchange -> ToyStore.answer(exchange, 200, BYTES));
                ToyStore store =
                        new ToyStore(
                                exchange -> ToyStore.redirect(exchange, other.origin() + "/t"));
                StoreSender sender = store.sender()) {
            assertThatThrownBy(
                            () -> sender.document(StoreRequest.post("/t", "text/plain", "s"), 100))
                    .isInstanceOf(SourceException.Refused.class)
                    .hasMessageContaining("outside its domain");
            assertThat(other.requests).isEmpty();
        }
    }

    @Test
    void refusedCredentialsAreRenewedOnce() throws Exception {
        try (ToyStore store =
                new ToyStore(
                        exchange -> {
                            boolean old =
                                    "Bearer token-1"
                                            .equals(ToyStore.header(exchange, "Authorization"));
                            ToyStore.answer(exchange, old ? 401 : 200, BYTES);
                        })) {
            SourceObject object = new SourceObject("x", 10, null, 0);
            assertThatThrownBy(() -> read(store, object, 0, 10))
                    .isInstanceOfSatisfying(
                            SourceException.Refused.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_CREDENTIALS))
                    .hasMessageContaining("check the token");
            assertThat(store.requests).hasSize(1);
            store.renews = true;
            assertThat(read(store, object, 0, 10)).isEqualTo(BYTES);
            assertThat(store.requests).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void whatMayPassIsTriedAgain(int status) throws Exception {
        try (ToyStore store =
                new ToyStore(
                        exchange -> {
                            exchange.getResponseHeaders().set("Retry-After", "7");
                            ToyStore.answer(exchange, status, BYTES);
                        })) {
            assertThatThrownBy(() -> read(store, new SourceObject("x", 10, null, 0), 0, 10))
                    .isInstanceOfSatisfying(
                            SourceException.Retryable.class,
                            e -> {
                                assertThat(e.afterMillis()).isEqualTo(7000);
                                assertThat(e.busy()).isEqualTo(status == 429 || status == 503);
                                assertThat(e.reached()).isTrue();
                            });
        }
    }

    @Test
    void anotherVersionIsNeverRead() throws Exception {
        try (ToyStore store =
                new ToyStore(
                        exchange -> {
                            exchange.getResponseHeaders().set("Number", "2");
                            ToyStore.answer(exchange, 200, BYTES);
                        })) {
            assertThatThrownBy(() -> read(store, new SourceObject("x", 10, "1", 0), 0, 10))
                    .isInstanceOf(SourceException.Changed.class)
                    .hasMessageContaining("listed with 10 bytes and version 1")
                    .hasMessageContaining("version 2");
            assertThat(read(store, new SourceObject("x", 10, "2", 0), 3, 5))
                    .isEqualTo(Arrays.copyOfRange(BYTES, 3, 5));
        }
    }

    @Test
    void anObjectOfUnknownSizeIsReadToItsEnd() throws Exception {
        try (ToyStore store =
                        new ToyStore(
                                exchange -> {
                                    exchange.getResponseHeaders().set("Accept-Ranges", "none");
                                    // Without a length it is chunked.
                                    boolean head = exchange.getRequestMethod().equals("HEAD");
                                    exchange.sendResponseHeaders(200, head ? -1 : 0);
                                    if (!head) {
                                        exchange.getResponseBody().write(BYTES);
                                    }
                                });
                StoreSender sender = store.sender()) {
            SourceObject unsized = new SourceObject("x", SourceObject.UNKNOWN_SIZE, null, 0);
            ObjectReader reader = new ObjectReader(new RestObjects(sender, store), store);

            assertThat(reader.describe(unsized).object().sized()).isFalse();
            assertThat(reader.describe(unsized).whole()).isTrue();
            assertThat(read(store, unsized, 0, SourceObject.UNKNOWN_SIZE)).isEqualTo(BYTES);
        }
    }

    @Test
    void theSizeThatAListingDidNotTellIsAskedFor() throws Exception {
        try (ToyStore store = new ToyStore(exchange -> ToyStore.answer(exchange, 200, BYTES));
                StoreSender sender = store.sender()) {
            ObjectReader reader = new ObjectReader(new RestObjects(sender, store), store);
            SourceObject unsized = new SourceObject("x", SourceObject.UNKNOWN_SIZE, null, 0);

            assertThat(reader.describe(unsized).object().size()).isEqualTo(10);
            assertThat(read(store, unsized, 0, SourceObject.UNKNOWN_SIZE)).isEqualTo(BYTES);
        }
    }

    @Test
    void noHeaderEndsInTheMiddle() {
        OutgoingRequest request =
                new OutgoingRequest(
                        StoreRequest.get("/"),
                        dev.cistern.populate.http.Origin.of("http://h"),
                        "/",
                        "");
        request.header("b", "2");
        request.header("a", "1");
        assertThat(request.headers()).containsExactly("a", "1", "b", "2", "host", "h");
        assertThatThrownBy(() -> request.header("c", "x\r\nevil: 1"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
