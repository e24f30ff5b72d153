package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.sim.KeyHistory;
import io.lethe.node.sim.KeyHistory.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What the load's clients are told is judged rightly: each planted violation is found. */
class HistoriesTest {
    private static final String KEY = "plain/p1/k1-0";

    private final Histories histories = new Histories();

    private void put(int number) {
        histories.acknowledged(KEY, histories.begin(KEY, Kind.PUT, number));
    }

    private void reads(int number) {
        histories.read(KEY, number, System.nanoTime());
    }

    @Test
    void whatARegisterMayDoIsSound() {
        put(1);
        reads(1);
        int open = histories.begin(KEY, Kind.PUT, 2);
        reads(1);
        reads(2);
        histories.acknowledged(KEY, open);
        histories.acknowledged(KEY, histories.begin(KEY, Kind.DELETE, KeyHistory.ABSENT));
        reads(KeyHistory.ABSENT);
        int refused = histories.begin(KEY, Kind.CREATE, 3);
        histories.acknowledged(KEY, histories.begin(KEY, Kind.CREATE, 4));
        histories.refused(KEY, refused, KeyHistory.ANY);
        assertThat(histories.unsound()).isEmpty();
    }

    @Test
    void anOutcomeThatNobodyKnowsMayComeLateOrNever() {
        put(1);
        int _ = histories.begin(KEY, Kind.PUT, 2);
        reads(1);
        assertThat(histories.unsound()).isEmpty();
        reads(2);
        reads(2);
        assertThat(histories.unsound()).isEmpty();
        reads(1);
        assertThat(histories.unsound()).isPresent();
    }

    @Test
    void aLostWriteIsFound() {
        put(1);
        reads(KeyHistory.ABSENT);
        assertThat(histories.unsound(KEY)).isPresent();
    }

    @Test
    void anOldVersionIsFound() {
        put(1);
        put(2);
        reads(1);
        assertThat(histories.unsound()).isPresent();
    }

    @Test
    void anObjectThatComesBackIsFound() {
        put(1);
        histories.acknowledged(KEY, histories.begin(KEY, Kind.DELETE, KeyHistory.ABSENT));
        reads(1);
        assertThat(histories.unsound()).isPresent();
    }

    @Test
    void twoWhoCreateTheSameKeyAreFound() {
        put(1);
        histories.acknowledged(KEY, histories.begin(KEY, Kind.CREATE, 2));
        assertThat(histories.unsound()).isPresent();
    }

    @Test
    void wrongBytesAreFound() throws IOException {
        Written written = Written.about(KEY, 3, 200_000);
        byte[] bytes = written.stream().readAllBytes();
        assertThat(bytes).hasSize((int) written.sizeBytes());
        assertThat(Written.numberOf(bytes.length)).isEqualTo(3);
        assertThat(difference(written, bytes)).isEmpty();
        byte[] cut = java.util.Arrays.copyOf(bytes, bytes.length - 1);
        assertThat(difference(written, cut)).contains("it ends, or does not");
        assertThat(difference(written, java.util.Arrays.copyOf(bytes, bytes.length + 1)))
                .contains("it ends, or does not");
        bytes[150_000] ^= 1;
        assertThat(difference(written, bytes)).contains("at byte 150000");
        byte[] other = Written.about(KEY, 4, 200_000).stream().readAllBytes();
        assertThat(difference(written, other)).contains("write 4");
    }

    /** Empty: none. */
    private static String difference(Written written, byte[] bytes) throws IOException {
        return written.difference(0, written.sizeBytes(), new ByteArrayInputStream(bytes))
                .orElse("");
    }
}
