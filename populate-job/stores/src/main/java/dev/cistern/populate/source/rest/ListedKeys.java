package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Keys as listings have them that were asked for with `encoding-type=url`: XML has no way to write every character.
public final class ListedKeys {
    private ListedKeys() {}

    /// Undoes `encoding-type=url`.
    ///
    /// @throws SourceException when the key is not text
    /// @throws IllegalArgumentException when it is not encoded
    public static String decoded(String key) throws SourceException {
        if (key.indexOf('%') < 0 && key.indexOf('+') < 0) {
            return key;
        }
        ByteBuffer bytes = ByteBuffer.allocate(key.length() * 3);
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == '%' && i + 2 < key.length()) {
                bytes.put((byte) Integer.parseInt(key, i + 1, i + 3, 16));
                i += 2;
            } else if (c == '+') {
                bytes.put((byte) ' ');
            } else {
                bytes.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(bytes.flip())
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SourceException.Refused(
                    Reason.UNSAFE_KEY, "key " + key + " is not UTF-8; rename or exclude it", e);
        }
    }
}
