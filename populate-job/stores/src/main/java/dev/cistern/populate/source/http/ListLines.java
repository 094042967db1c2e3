package dev.cistern.populate.source.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Cuts the bytes of a list into lines as they come. A byte order mark and the carriage returns at lines' ends are left out; a line has a
/// bound, and so has the whole.
final class ListLines {
    /// A path of 4 KiB with each byte escaped, and a signed URL of 16 KiB beside it.
    static final int MAX_LINE_BYTES = 32 * 1024;

    /// Some 20,000,000 lines.
    static final long MAX_BYTES = 2L << 30;

    /// Takes the lines.
    ///
    /// @param <E> what it may fail with
    @FunctionalInterface
    interface Taker<E extends Exception> {
        void line(String line) throws E;
    }

    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    private final CharsetDecoder utf8 =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
    private long number;
    private long bytes;

    /// The number of the line under way, from 1.
    long number() {
        return number + 1;
    }

    /// Takes the next bytes.
    ///
    /// @throws IllegalArgumentException saying what is wrong with the line under way
    <E extends Exception> void accept(ByteBuffer piece, Taker<E> taker) throws E {
        bytes += piece.remaining();
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException("the list is longer than " + MAX_BYTES + " bytes");
        }
        byte[] copy = new byte[Math.min(piece.remaining(), 16 * 1024)];
        while (piece.hasRemaining()) {
            int length = Math.min(copy.length, piece.remaining());
            piece.get(copy, 0, length);
            int from = 0;
            for (int i = 0; i < length; i++) {
                if (copy[i] == '\n') {
                    hold(copy, from, i);
                    give(taker);
                    from = i + 1;
                }
            }
            hold(copy, from, length);
        }
    }

    /// Everything has come; the last line may lack its end.
    ///
    /// @throws IllegalArgumentException saying what is wrong with it
    <E extends Exception> void end(Taker<E> taker) throws E {
        if (line.size() > 0) {
            give(taker);
        }
    }

    /// Whether the last byte ended a line, or there was none.
    boolean atLineEnd() {
        return line.size() == 0;
    }

    private void hold(byte[] from, int start, int end) {
        if (line.size() + end - start > MAX_LINE_BYTES) {
            throw new IllegalArgumentException("is longer than " + MAX_LINE_BYTES + " bytes");
        }
        line.write(from, start, end - start);
    }

    private <E extends Exception> void give(Taker<E> taker) throws E {
        byte[] raw = line.toByteArray();
        String text;
        try {
            text = utf8.decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("is not UTF-8", e);
        }
        if (number == 0 && text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        if (text.endsWith("\r")) {
            text = text.substring(0, text.length() - 1);
        }
        taker.line(text);
        line.reset();
        number++;
    }
}
