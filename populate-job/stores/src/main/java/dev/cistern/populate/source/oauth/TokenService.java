package dev.cistern.populate.source.oauth;

import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.CredentialCache;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.PercentEncoding;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreErrors;
import dev.cistern.populate.source.rest.StoreRequest;
import dev.cistern.populate.source.rest.StoreSender;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A service that issues access tokens.
public final class TokenService {
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    /// Assumed lifetime of a token without one: renewed soon.
    private static final long UNKNOWN_LIFETIME_SECONDS = 300;

    private final StoreSender sender;
    private final String path;
    private final LongSupplier clock;

    /// @param url of the service, without a query
    /// @param errors maps its errors, a [TokenErrors] or one that knows more codes
    /// @param caller identity of the caller; null where the request itself proves it
    /// @throws IllegalArgumentException when that is not a URL
    public TokenService(
            String url,
            StoreErrors errors,
            @Nullable CredentialCache<AccessToken> caller,
            HttpClient http,
            String userAgent,
            LongSupplier clock) {
        Origin origin = Origin.of(url);
        int slash = url.indexOf('/', url.indexOf("://") + 3);
        this.path = slash < 0 ? "/" : url.substring(slash);
        this.clock = clock;
        // The client is shared with other services and closed by its creator.
        this.sender =
                new StoreSender(
                        http, new BearerEndpoint(origin, caller, () -> {}), errors, userAgent);
    }

    /// Unix time in milliseconds.
    public long now() {
        return clock.getAsLong();
    }

    /// Sends a form, as OAuth's token endpoints require.
    ///
    /// @param parameters names and values alternating
    public AccessToken form(List<String> parameters) throws SourceException {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < parameters.size(); i += 2) {
            form.append(form.isEmpty() ? "" : "&").append(parameters.get(i)).append('=');
            PercentEncoding.append(parameters.get(i + 1), form, false);
        }
        return oauth(StoreRequest.post(path, "application/x-www-form-urlencoded", form.toString()));
    }

    /// Requests a token from the metadata server of a machine, which requires a header that no site's page can make a
    /// browser send.
    ///
    /// @param query percent-encoded
    /// @param header lower case
    public AccessToken metadata(String query, String header, String value) throws SourceException {
        return oauth(StoreRequest.get(path).query(query).header(header, value));
    }

    private AccessToken oauth(StoreRequest request) throws SourceException {
        long asked = now();
        Json answer = ask(request);
        Long seconds = answer.get("expires_in").number();
        return token(
                answer.get("access_token").text(),
                asked,
                asked + (seconds == null ? UNKNOWN_LIFETIME_SECONDS : seconds) * 1000);
    }

    /// Sends a JSON document.
    public Json document(String body) throws SourceException {
        return ask(StoreRequest.post(path, "application/json", body));
    }

    private Json ask(StoreRequest request) throws SourceException {
        byte[] document =
                sender.document(request.header("accept", "application/json"), MAX_ANSWER_BYTES);
        try {
            return Json.parse(document);
        } catch (IllegalArgumentException e) {
            throw garbled(String.valueOf(e.getMessage()));
        }
    }

    /// The token in a response.
    ///
    /// @param value null where the response has none
    public AccessToken token(@Nullable String value, long asked, long expires)
            throws SourceException {
        if (value == null || value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw garbled("there is no token in it");
        }
        return new AccessToken(value, asked, expires);
    }

    public SourceException garbled(String problem) {
        return StatusErrors.garbled(sender.where(), null, problem);
    }
}
