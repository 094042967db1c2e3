package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The user access token, or none. One that comes from a file is read again when the Hub refuses it: who renews it
/// writes the file anew, as the kubelet does with a Secret's.
final class HubToken {
    /// No token.
    static final HubToken NONE = new HubToken(null, null);

    private final @Nullable Path file;
    private volatile @Nullable String current;
    private volatile @Nullable String accepted;

    private HubToken(@Nullable Path file, @Nullable String current) {
        this.file = file;
        this.current = current;
    }

    /// A token that stays as it is.
    ///
    /// @param name of where it comes from, for messages
    static HubToken of(String name, String text) throws SourceException.Refused {
        String token = cleaned(text);
        if (token.isEmpty()) {
            return NONE;
        }
        requireHeader(name, token);
        return new HubToken(null, token);
    }

    /// The token in a file.
    ///
    /// @throws SourceException.Refused when the file cannot be read, or holds none
    static HubToken inFile(Path file) throws SourceException.Refused {
        String token;
        try {
            token = cleaned(Files.readString(file));
        } catch (IOException e) {
            throw wrong("the file " + file + " with the token cannot be read", e);
        }
        if (token.isEmpty()) {
            throw wrong("the file " + file + " holds no token", null);
        }
        requireHeader(file.toString(), token);
        return new HubToken(file, token);
    }

    /// As `huggingface_hub` does it.
    private static String cleaned(String text) {
        return text.replace("\r", "").replace("\n", "").strip();
    }

    private static void requireHeader(String name, String token) throws SourceException.Refused {
        if (!token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw wrong(
                    "the token of " + name + " holds blanks or characters that no token has", null);
        }
    }

    private static SourceException.Refused wrong(String problem, @Nullable Exception cause) {
        return new SourceException.Refused(Reason.INVALID_CREDENTIALS, problem, cause);
    }

    /// The token to send now; null for none.
    @Nullable String value() {
        return current;
    }

    /// The token to send instead of one that was refused; the same where there is no other.
    String instead(String refused) {
        Path from = file;
        String now = current;
        if (now != null && !now.equals(refused)) {
            return now;
        }
        if (from != null) {
            try {
                String read = cleaned(Files.readString(from));
                if (!read.isEmpty() && read.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                    current = read;
                    return read;
                }
            } catch (IOException e) {
                // Somebody may be writing it this moment.
                return refused;
            }
        }
        return refused;
    }

    /// The Hub has given something for the token as it is now.
    void accepted() {
        accepted = current;
    }

    /// Whether the Hub has taken the token that it refuses now.
    boolean wasAccepted() {
        String now = current;
        return now != null && now.equals(accepted);
    }

    @Override
    public String toString() {
        return current == null ? "no token" : "a token";
    }
}
