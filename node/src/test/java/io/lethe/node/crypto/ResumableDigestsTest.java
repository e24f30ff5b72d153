package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.nativeio.LibCrypto;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResumableDigestsTest {
    /** Code of our own, and the library where it is installed. */
    private static final List<Optional<LibCrypto>> BY =
            Stream.of(Optional.<LibCrypto>empty(), LibCrypto.find()).distinct().toList();

    private static Digests.Result plain(byte[] bytes) {
        Digests digests = new Digests();
        digests.update(bytes, 0, bytes.length);
        return digests.finish();
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void everyLengthHashesAsJavasOwnDo() {
        Random random = new Random(1);
        for (int length = 0; length <= 300; length++) {
            byte[] bytes = bytes(random, length);
            for (Optional<LibCrypto> each : BY) {
                ResumableDigests digests = new ResumableDigests(each);
                digests.update(bytes, 0, length);
                assertThat(digests.finish())
                        .as("%s bytes by %s", length, each)
                        .isEqualTo(plain(bytes));
            }
        }
    }

    @Test
    void whatIsSavedAndResumedAtAnyBytesHashesTheSame() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bytes = bytes(random, random.nextInt(seed % 10 == 0 ? 300_000 : 2_000));
            ResumableDigests digests = new ResumableDigests(BY.getFirst());
            for (int at = 0; at < bytes.length; ) {
                int count = Math.min(bytes.length - at, 1 + random.nextInt(1 + bytes.length / 10));
                digests.update(bytes, at, count);
                at += count;
                if (random.nextBoolean()) {
                    Bytes saved = digests.save();
                    assertThat(saved.length()).isLessThanOrEqualTo(200);
                    digests = ResumableDigests.resume(saved, BY.get(random.nextInt(BY.size())));
                }
            }
            assertThat(digests.finish()).as("seed %s", seed).isEqualTo(plain(bytes));
        }
    }

    /** What is stored stays readable. The states are from code of another language. */
    @Test
    void savedStatesAreReadAsTheyWereWritten() {
        String stored =
                "0142"
                        + "89d4ff56125cd96269cade330033e325"
                        + "df5bb81ce81e0626fb45a8944fd40f31b25e6816d6d499c1ab90492900635e66"
                        + "6161";
        byte[] bytes = new byte[66];
        Arrays.fill(bytes, (byte) 'a');
        for (Optional<LibCrypto> by : BY) {
            ResumableDigests digests = new ResumableDigests(by);
            digests.update(bytes, 0, bytes.length);
            assertThat(digests.save().hex()).isEqualTo(stored);
            assertThat(ResumableDigests.resume(Bytes.hex(stored), by).finish())
                    .isEqualTo(plain(bytes));
        }
    }

    @Test
    void whatIsNoSavedStateIsRefused() {
        ResumableDigests digests = new ResumableDigests();
        digests.update(new byte[70], 0, 70);
        Bytes saved = digests.save();
        for (int length = 0; length < saved.length(); length++) {
            Bytes cut = saved.slice(0, length);
            assertThatThrownBy(() -> ResumableDigests.resume(cut))
                    .isInstanceOf(Decoder.CorruptEncoding.class);
        }
        byte[] other = saved.toArray();
        other[0] = 2;
        assertThatThrownBy(() -> ResumableDigests.resume(Bytes.wrap(other)))
                .isInstanceOf(Decoder.CorruptEncoding.class);
    }
}
