package dev.cistern.populate.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordsTest {
    /// Records with contents of these lengths; the last one cut to so many bytes in all.
    private static ByteBuffer records(int bytes, int... contents) {
        ByteBuffer all = ByteBuffer.allocate(200_000);
        // Somewhere in the buffer, not at its start.
        all.position(7);
        for (int content : contents) {
            all.put((byte) 23).putShort((short) 0x303).putShort((short) content);
            all.position(all.position() + content);
        }
        return all.limit(7 + bytes).position(7);
    }

    @Test
    void nothingUntilOneIsWhole() {
        for (int bytes = 0; bytes < 105; bytes++) {
            assertThat(Records.whole(records(bytes, 100), 1000)).as("%d bytes", bytes).isZero();
        }
        assertThat(Records.whole(records(105, 100), 1000)).isEqualTo(105);
    }

    @Test
    void severalAsFarAsTheyAreWhole() {
        assertThat(Records.whole(records(315, 100, 100, 100), 1000)).isEqualTo(315);
        assertThat(Records.whole(records(314, 100, 100, 100), 1000)).isEqualTo(210);
        assertThat(Records.whole(records(212, 100, 100, 100), 1000)).isEqualTo(210);
    }

    @Test
    void noMoreThanThereIsRoomForButAlwaysTheFirst() {
        assertThat(Records.whole(records(315, 100, 100, 100), 314)).isEqualTo(210);
        assertThat(Records.whole(records(315, 100, 100, 100), 209)).isEqualTo(105);
        assertThat(Records.whole(records(315, 100, 100, 100), 0)).isEqualTo(105);
    }

    @Test
    void whatIsNoRecordIsGivenAway() {
        ByteBuffer text = ByteBuffer.wrap("HTTP/1.1 400 Bad".getBytes(StandardCharsets.US_ASCII));
        assertThat(Records.whole(text, 1000)).isEqualTo(text.remaining());
        assertThat(Records.whole(records(40_005, 40_000), 1000)).isEqualTo(40_005);
        ByteBuffer behind = records(210, 100, 100);
        behind.put(7 + 105, (byte) 'H');
        assertThat(Records.whole(behind, 1000)).isEqualTo(105);
    }

    @Test
    void theLongestRecordThatTlsAllows() {
        int content = (1 << 14) + 2048;
        assertThat(Records.whole(records(content + 5, content), 0)).isEqualTo(content + 5);
    }
}
