package dev.cistern.doubles.gcs;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import dev.cistern.doubles.gcs.TokenServices.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the token services have in common.
final class TokenAnswers {
    static final Duration HOUR = Duration.ofHours(1);

    private TokenAnswers() {}

    /// A token, as OAuth has it.
    ///
    /// @param type of the token; null where the request named none
    static void grant(
            HttpExchange exchange, AccessTokens tokens, String token, @Nullable String type)
            throws IOException {
        JsonObject answer = new JsonObject();
        answer.addProperty("access_token", token);
        answer.addProperty("expires_in", tokens.lifetime().toSeconds());
        answer.addProperty("token_type", "Bearer");
        if (type != null) {
            answer.addProperty("issued_token_type", type);
        }
        Exchanges.json(exchange, 200, answer);
    }

    static void refuse(HttpExchange exchange, Refusal with) throws IOException {
        with.headers().forEach(exchange.getResponseHeaders()::set);
        Exchanges.text(exchange, with.status(), with.type(), with.body());
    }

    /// The form of a request; null where it has none.
    static @Nullable Map<String, String> form(HttpExchange exchange, String body) {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        return exchange.getRequestMethod().equals("POST")
                        && type != null
                        && type.startsWith("application/x-www-form-urlencoded")
                ? Exchanges.parameters(body)
                : null;
    }

    /// A JSON object; null where the text is none.
    static @Nullable JsonObject parsed(String text) {
        try {
            JsonElement element = JsonParser.parseString(text);
            return element.isJsonObject() ? element.getAsJsonObject() : null;
        } catch (JsonParseException e) {
            return null;
        }
    }

    /// A field; empty where there is none, or one that is no text.
    static String text(JsonObject object, String name) {
        JsonElement element = object.get(name);
        return element == null || !element.isJsonPrimitive() ? "" : element.getAsString();
    }
}
