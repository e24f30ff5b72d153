package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResumableDigestsTest {
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
            ResumableDigests digests = new ResumableDigests();
            digests.update(bytes, 0, length);
            assertThat(digests.finish()).as("%s bytes", length).isEqualTo(plain(bytes));
        }
    }

    @Test
    void whatIsSavedAndResumedAtAnyBytesHashesTheSame() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bytes = bytes(random, random.nextInt(2_000));
            ResumableDigests digests = new ResumableDigests();
            for (int at = 0; at < bytes.length; ) {
                int count = Math.min(bytes.length - at, 1 + random.nextInt(200));
                digests.update(bytes, at, count);
                at += count;
                if (random.nextBoolean()) {
                    Bytes saved = digests.save();
                    assertThat(saved.length()).isLessThanOrEqualTo(200);
                    digests = ResumableDigests.resume(saved);
                }
            }
            assertThat(digests.finish()).as("seed %s", seed).isEqualTo(plain(bytes));
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
