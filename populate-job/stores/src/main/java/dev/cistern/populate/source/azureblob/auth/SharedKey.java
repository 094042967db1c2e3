package dev.cistern.populate.source.azureblob.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.OutgoingRequest;
import dev.cistern.populate.source.rest.RequestSigner;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs with a key of the storage account: the scheme `SharedKey` of the page "Authorize with Shared Key", version
/// 2015-02-21 and later.
///
/// @param key Base64
record SharedKey(String account, String key) implements RequestSigner {
    /// Standard headers in the string to sign, in its order; `date` is empty because `x-ms-date` is used.
    private static final List<String> SIGNED =
            List.of(
                    "content-encoding",
                    "content-language",
                    "content-length",
                    "content-md5",
                    "content-type",
                    "date",
                    "if-modified-since",
                    "if-match",
                    "if-none-match",
                    "if-unmodified-since",
                    "range");

    /// @param text content of the Secret
    /// @throws SourceException.Refused when that is not one; the message does not contain it
    static SharedKey of(String account, String text) throws SourceException.Refused {
        if (text.contains("AccountKey=")) {
            throw Secret.wrong(
                    "the account key is a whole connection string: give the value of its AccountKey"
                            + " alone",
                    null);
        }
        try {
            if (Base64.getDecoder().decode(text).length > 0) {
                return new SharedKey(account, text);
            }
        } catch (IllegalArgumentException e) {
            // The exception's message would contain a part of the key.
        }
        throw Secret.wrong(
                "the account key is not Base64: give key1 or key2 as the portal shows it under"
                        + " \"Access keys\"",
                null);
    }

    @Override
    public void sign(OutgoingRequest request, long epochSecond) {
        request.header("x-ms-date", HttpDates.header(epochSecond));
        request.header("authorization", "SharedKey " + account + ":" + signature(toSign(request)));
    }

    private String toSign(OutgoingRequest request) {
        StringBuilder text = new StringBuilder(512).append(request.method()).append('\n');
        List<String> headers = request.headers();
        for (String name : SIGNED) {
            for (int i = 0; i < headers.size(); i += 2) {
                if (headers.get(i).equals(name)) {
                    text.append(headers.get(i + 1));
                }
            }
            text.append('\n');
        }
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).startsWith("x-ms-")) {
                text.append(headers.get(i)).append(':').append(headers.get(i + 1).strip());
                text.append('\n');
            }
        }
        text.append('/').append(account).append(request.path());
        for (String parameter : parameters(request.query())) {
            text.append('\n').append(parameter);
        }
        return text.toString();
    }

    /// `name:value` of each parameter, decoded, sorted by name.
    private static List<String> parameters(String query) {
        List<String> all = new ArrayList<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            all.add(decoded(name).toLowerCase(Locale.ROOT) + ":" + decoded(value));
        }
        all.sort(null);
        return all;
    }

    private static String decoded(String text) {
        return text.indexOf('%') < 0
                ? text
                : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private String signature(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256"));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "key of account " + account;
    }
}
