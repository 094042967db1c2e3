package dev.cistern.doubles.azure;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Makes shared access signatures for [StrictAzureBlob].
///
/// @param key of the account
/// @param expires when they stop being good
public record SasTokens(String key, Instant expires) {
    private static final String VERSION = "2021-12-02";

    /// Of the account.
    ///
    /// @param services such as `b`
    /// @param types such as `co`
    /// @param permissions such as `rl`
    public String account(String services, String types, String permissions) {
        Map<String, String> sas = common(permissions);
        sas.put("ss", services);
        sas.put("srt", types);
        return signed(sas, "", "");
    }

    /// Of a container.
    public String container(String container, String permissions) {
        Map<String, String> sas = common(permissions);
        sas.put("sr", "c");
        return signed(sas, container, "");
    }

    /// Of one blob.
    public String blob(String container, String name, String permissions) {
        Map<String, String> sas = common(permissions);
        sas.put("sr", "b");
        return signed(sas, container, name);
    }

    private Map<String, String> common(String permissions) {
        Map<String, String> sas = new TreeMap<>();
        sas.put("sv", VERSION);
        sas.put("sp", permissions);
        sas.put("se", expires.truncatedTo(ChronoUnit.SECONDS).toString());
        return sas;
    }

    private String signed(Map<String, String> sas, String container, String blob) {
        String text = new AccountKeys(StrictAzureBlob.ACCOUNT).text(sas, container, blob);
        sas.put("sig", AccountKeys.hmac(key, text));
        return sas.entrySet().stream()
                .map(
                        e ->
                                e.getKey()
                                        + "="
                                        + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
