package dev.cistern.doubles.azure;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// The keys of a storage account, and what they sign: requests by `SharedKey`, and shared access signatures.
public final class AccountKeys {
    private final String account;
    private final List<String> keys = new CopyOnWriteArrayList<>();

    AccountKeys(String account) {
        this.account = account;
        keys.add(key("first"));
        keys.add(key("second"));
    }

    /// A key made of a word.
    public static String key(String word) {
        byte[] bytes = new byte[64];
        byte[] text = word.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (text[i % text.length] * 31 + i);
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// One of the two keys.
    public String get(int index) {
        return keys.get(index);
    }

    /// Makes another key of one of the two; what the old one has signed holds no longer.
    public void rotate(int index) {
        keys.set(index, key(keys.get(index)));
    }

    /// Whether a key signed a text.
    private boolean signed(String text, String signature) {
        return keys.stream()
                .anyMatch(
                        key ->
                                MessageDigest.isEqual(
                                        hmac(key, text).getBytes(StandardCharsets.UTF_8),
                                        signature.getBytes(StandardCharsets.UTF_8)));
    }

    /// The signature of a text by a key, both Base64.
    static String hmac(String key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Why a request's signature is not good; null when it is.
    ///
    /// @param authorization of scheme `SharedKey`
    /// @param path as it was sent
    @Nullable String refusal(
            String authorization,
            String method,
            Headers headers,
            String path,
            Map<String, String> query) {
        String[] parts = authorization.substring("SharedKey ".length()).split(":", 2);
        if (parts.length < 2 || !parts[0].equals(account)) {
            return "The account in the Authorization header is not " + account;
        }
        String text = toSign(method, headers, path, query);
        return signed(text, parts[1])
                ? null
                : "The MAC signature found in the HTTP request '"
                        + parts[1]
                        + "' is not the same as any computed signature. Server used following"
                        + " string to sign: '"
                        + text
                        + "'.";
    }

    private String toSign(String method, Headers headers, String path, Map<String, String> query) {
        StringBuilder text = new StringBuilder(method).append('\n');
        for (String name :
                List.of(
                        "Content-Encoding",
                        "Content-Language",
                        "Content-Length",
                        "Content-MD5",
                        "Content-Type",
                        "Date",
                        "If-Modified-Since",
                        "If-Match",
                        "If-None-Match",
                        "If-Unmodified-Since",
                        "Range")) {
            String value = headers.getFirst(name);
            boolean left =
                    value == null
                            || (name.equals("Content-Length") && value.equals("0"))
                            || (name.equals("Date") && headers.containsKey("x-ms-date"));
            text.append(left ? "" : value).append('\n');
        }
        Map<String, String> own = new TreeMap<>();
        headers.forEach(
                (name, values) -> {
                    String lower = name.toLowerCase(Locale.ROOT);
                    if (lower.startsWith("x-ms-")) {
                        own.put(lower, values.getFirst().strip());
                    }
                });
        own.forEach((name, value) -> text.append(name).append(':').append(value).append('\n'));
        text.append('/').append(account).append(path);
        Map<String, String> lower = new TreeMap<>();
        query.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        lower.forEach((name, value) -> text.append('\n').append(name).append(':').append(value));
        return text.toString();
    }

    /// Whether a key made a shared access signature.
    ///
    /// @param container decoded
    /// @param blob decoded; empty for the container
    boolean made(Map<String, String> sas, String container, String blob) {
        return signed(text(sas, container, blob), sas.getOrDefault("sig", ""));
    }

    /// What is signed of a shared access signature.
    String text(Map<String, String> sas, String container, String blob) {
        return sas.containsKey("ss") ? accountText(sas) : serviceText(sas, container, blob);
    }

    /// What is signed of a SAS of the whole account.
    private String accountText(Map<String, String> sas) {
        return String.join(
                "\n",
                account,
                of(sas, "sp"),
                of(sas, "ss"),
                of(sas, "srt"),
                of(sas, "st"),
                of(sas, "se"),
                of(sas, "sip"),
                of(sas, "spr"),
                of(sas, "sv"),
                scope(sas) ? of(sas, "ses") + "\n" : "");
    }

    /// What is signed of a SAS of a container or a blob.
    private String serviceText(Map<String, String> sas, String container, String blob) {
        String resource =
                "/blob/"
                        + account
                        + "/"
                        + container
                        + (of(sas, "sr").equals("c") ? "" : "/" + blob);
        return String.join(
                "\n",
                of(sas, "sp"),
                of(sas, "st"),
                of(sas, "se"),
                resource,
                of(sas, "si"),
                of(sas, "sip"),
                of(sas, "spr"),
                of(sas, "sv"),
                of(sas, "sr"),
                "",
                (scope(sas) ? of(sas, "ses") + "\n" : "") + of(sas, "rscc"),
                of(sas, "rscd"),
                of(sas, "rsce"),
                of(sas, "rscl"),
                of(sas, "rsct"));
    }

    /// Whether the version has encryption scopes.
    private static boolean scope(Map<String, String> sas) {
        return of(sas, "sv").compareTo("2020-12-06") >= 0;
    }

    private static String of(Map<String, String> sas, String name) {
        return sas.getOrDefault(name, "");
    }
}
