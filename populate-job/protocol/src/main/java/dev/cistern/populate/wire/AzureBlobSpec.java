package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A tree or one blob in a container of Azure Blob Storage.
///
/// @param account the storage account's name, not empty
/// @param endpoint URL of the account's Blob service; null means that of the public cloud. Emulators have the account's
///     name as its path
/// @param tls which certificates are accepted, of the store and of the service that gives tokens
/// @param container its name, not empty
/// @param prefix a tree (ends with `/`, or empty for the whole container) or one blob's name
/// @param auth how requests are authenticated
/// @param authorityHost URL of Microsoft Entra ID; null means that of the endpoint's cloud
public record AzureBlobSpec(
        String account,
        @Nullable String endpoint,
        TlsSpec tls,
        String container,
        String prefix,
        AzureBlobAuth auth,
        @Nullable String authorityHost)
        implements StoreSpec {

    static AzureBlobSpec read(WireReader in) throws WireException {
        in.onlyKnown(
                "type",
                "account",
                "endpoint",
                "tls",
                "container",
                "prefix",
                "auth",
                "authorityHost");
        return new AzureBlobSpec(
                filled(in, "account"),
                in.optionalText("endpoint"),
                TlsSpec.read(in.optionalObject("tls")),
                filled(in, "container"),
                in.text("prefix", ""),
                AzureBlobAuthJson.read(in.object("auth")),
                in.optionalText("authorityHost"));
    }

    private static String filled(WireReader in, String name) throws WireException {
        String text = in.text(name);
        if (text.isEmpty()) {
            throw in.wrong(name, "must not be empty");
        }
        return text;
    }

    void write(JsonGenerator json) throws IOException {
        WireWriter.text(json, "account", account);
        WireWriter.text(json, "endpoint", endpoint);
        json.writeObjectFieldStart("tls");
        tls.write(json);
        json.writeEndObject();
        WireWriter.text(json, "container", container);
        WireWriter.text(json, "prefix", prefix);
        json.writeObjectFieldStart("auth");
        AzureBlobAuthJson.write(json, auth);
        json.writeEndObject();
        WireWriter.text(json, "authorityHost", authorityHost);
    }
}
