package dev.cistern.controller.resolve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.cistern.api.v1alpha1.StorageBackendSpec;
import dev.cistern.api.v1alpha1.VolumePopulationSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A short text that is equal exactly for equal requests.
final class Fingerprint {
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);

    private Fingerprint() {}

    static String of(VolumePopulationSpec spec, @Nullable String retry) {
        return digest(spec, retry);
    }

    static String of(StorageBackendSpec store, @Nullable String path) {
        return digest(store, path);
    }

    static String of(StorageBackendSpec store) {
        return digest(store, null);
    }

    private static String digest(Object asked, @Nullable String retry) {
        // Through a map: its entries are sorted, the fields of objects are not.
        Map<?, ?> tree = JSON.convertValue(asked, Map.class);
        try {
            byte[] text =
                    (JSON.writeValueAsString(tree) + "\n" + retry).getBytes(StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (com.fasterxml.jackson.core.JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "a map of JSON values is JSON, and every JDK has SHA-256", e);
        }
    }
}
