package io.lethe.node.base.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EncoderTest {
    @Test
    void aByteThatDoesNotFitGrowsTheBuffer() {
        Encoder out = new Encoder(16);
        for (int i = 0; i < 1000; i++) {
            out.u8(i);
        }
        byte[] encoded = out.toArray();
        assertThat(encoded).hasSize(1000);
        assertThat(encoded[16]).isEqualTo((byte) 16);
        assertThat(encoded[999]).isEqualTo((byte) 999);
    }
}
