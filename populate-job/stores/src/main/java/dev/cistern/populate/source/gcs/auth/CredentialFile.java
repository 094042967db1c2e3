package dev.cistern.populate.source.gcs.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.oauth.SubjectToken;
import dev.cistern.populate.source.oauth.TokenSource;
import dev.cistern.populate.source.rest.Json;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A file of application default credentials, in any form of Google's tools that does not require running a program.
///
/// @param path for messages
record CredentialFile(Identities identities, String path, Json file) {
    private static final String OAUTH = "https://oauth2.googleapis.com/token";

    /// The default location of Google's tools; null where there is no such file.
    ///
    /// @throws SourceException.Refused when the variable names a missing file
    static @Nullable Path usual(Map<String, String> environment) throws SourceException.Refused {
        String named = environment.getOrDefault("GOOGLE_APPLICATION_CREDENTIALS", "");
        try {
            if (!named.isEmpty()) {
                Path file = Path.of(named);
                if (!Files.isReadable(file)) {
                    throw Identities.wrong(
                            "GOOGLE_APPLICATION_CREDENTIALS names "
                                    + named
                                    + ", which cannot be read",
                            null);
                }
                return file;
            }
            String configured = environment.getOrDefault("CLOUDSDK_CONFIG", "");
            String home = environment.getOrDefault("HOME", "");
            Path directory =
                    configured.isEmpty() ? Path.of(home, ".config", "gcloud") : Path.of(configured);
            Path file = directory.resolve("application_default_credentials.json");
            return Files.isReadable(file) ? file : null;
        } catch (InvalidPathException e) {
            throw Identities.wrong("not a path: " + e.getMessage(), e);
        }
    }

    /// The file's token source.
    TokenSource source(String scope) throws SourceException.Refused {
        String type = file.get("type").text("");
        return switch (type) {
            case "service_account" -> identities.ofKey(path, file, scope);
            case "authorized_user" ->
                    identities.ofUser(
                            required("client_id"),
                            required("client_secret"),
                            required("refresh_token"),
                            file.get("token_uri").text(OAUTH));
            case "external_account" -> external(scope);
            case "impersonated_service_account" -> {
                CredentialFile inner =
                        new CredentialFile(identities, path, file.get("source_credentials"));
                yield identities.impersonated(
                        inner.source(Scopes.PLATFORM),
                        required("service_account_impersonation_url"),
                        delegates(),
                        scope);
            }
            default ->
                    throw wrong(
                            "has the type \""
                                    + type
                                    + "\"; known are service_account, authorized_user,"
                                    + " external_account and impersonated_service_account");
        };
    }

    private List<String> delegates() {
        List<String> delegates = new ArrayList<>();
        for (Json delegate : file.get("delegates").items()) {
            delegates.add(delegate.text(""));
        }
        return delegates;
    }

    private TokenSource external(String scope) throws SourceException.Refused {
        Json source = file.get("credential_source");
        String token = source.get("file").text();
        if (token == null) {
            throw wrong("has a credential_source that is not a file, which is all that is known");
        }
        Json format = source.get("format");
        boolean json = format.get("type").text("text").equals("json");
        String as = file.get("service_account_impersonation_url").text();
        TokenSource exchanged =
                identities.exchanged(
                        required("audience"),
                        new SubjectToken(
                                Path.of(token),
                                json ? format.get("subject_token_field_name").text("") : null),
                        required("subject_token_type"),
                        required("token_url"),
                        as == null ? scope : Scopes.PLATFORM);
        return as == null ? exchanged : identities.impersonated(exchanged, as, List.of(), scope);
    }

    private String required(String name) throws SourceException.Refused {
        String value = file.get(name).text();
        if (value == null || value.isEmpty()) {
            throw wrong("has no " + name);
        }
        return value;
    }

    private SourceException.Refused wrong(String problem) {
        return Identities.wrong("the credentials' file " + path + " " + problem, null);
    }

    @Override
    public String toString() {
        return "credentials of " + path;
    }
}
