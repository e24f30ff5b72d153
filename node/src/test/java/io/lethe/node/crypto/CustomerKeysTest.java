package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.model.Id128;
import io.lethe.node.model.WriteId;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CustomerKeysTest {
    private static final RandomSource RANDOM = RandomSource.seeded(5);
    private static final WriteId WRITE = new WriteId(new Id128(1, 2));
    private final KeyBytes dataKey = KeyBytes.random(RANDOM);
    private final KeyBytes customer = KeyBytes.random(RANDOM);

    private byte[] stream(KeyBytes data, KeyBytes own, WriteId write, long offset, int length) {
        byte[] bytes = new byte[length];
        new CustomerKeys.Stream(data, own, write, offset).apply(bytes, 0, length);
        return bytes;
    }

    @Test
    void aStreamIsTheSameWhereverItBegins() {
        byte[] whole = stream(dataKey, customer, WRITE, 0, 10_000);
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            int from = random.nextInt(9_000);
            assertThat(stream(dataKey, customer, WRITE, from, 900))
                    .as("from %s", from)
                    .isEqualTo(Arrays.copyOfRange(whole, from, from + 900));
        }
    }

    @Test
    void appliedTwiceItIsGone() {
        byte[] bytes = new byte[1_000];
        new Random(2).nextBytes(bytes);
        byte[] before = bytes.clone();
        CustomerKeys.Stream there = new CustomerKeys.Stream(dataKey, customer, WRITE, 7);
        there.apply(bytes, 0, 10);
        there.apply(bytes, 10, 990);
        assertThat(bytes).isNotEqualTo(before);
        new CustomerKeys.Stream(dataKey, customer, WRITE, 7).apply(bytes, 0, 1_000);
        assertThat(bytes).isEqualTo(before);
    }

    @Test
    void eachOfTheThreeMakesAnother() {
        byte[] one = stream(dataKey, customer, WRITE, 0, 64);
        assertThat(stream(KeyBytes.random(RANDOM), customer, WRITE, 0, 64)).isNotEqualTo(one);
        assertThat(stream(dataKey, KeyBytes.random(RANDOM), WRITE, 0, 64)).isNotEqualTo(one);
        WriteId other = new WriteId(new Id128(1, 3));
        assertThat(stream(dataKey, customer, other, 0, 64)).isNotEqualTo(one);
    }

    @Test
    void offsetsReachTheLargestObject() {
        long most = 5L << 40;
        byte[] around = stream(dataKey, customer, WRITE, most - 32, 64);
        assertThat(stream(dataKey, customer, WRITE, most, 32))
                .isEqualTo(Arrays.copyOfRange(around, 32, 64));
    }

    @Test
    void aVerifierKnowsItsKeyAndIsSalted() {
        Bytes verifier = CustomerKeys.verifier(customer, RANDOM);
        assertThat(verifier.length()).isEqualTo(CustomerKeys.VERIFIER_BYTES);
        assertThat(CustomerKeys.matches(customer, verifier)).isTrue();
        assertThat(CustomerKeys.matches(KeyBytes.random(RANDOM), verifier)).isFalse();
        assertThat(CustomerKeys.verifier(customer, RANDOM)).isNotEqualTo(verifier);
    }

    /** What is stored stays readable. These bytes are from another HKDF and another AES. */
    @Test
    void theFormatIsFixed() {
        KeyBytes data = KeyBytes.copyOf(new byte[32]);
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) 1);
        KeyBytes own = KeyBytes.copyOf(ones);
        assertThat(Bytes.wrap(stream(data, own, WRITE, 0, 32)).hex())
                .isEqualTo("78705b67ca67bfb4d9ce191019f9590f7e0e518969fd3c9cad870c55c91f03f4");
        assertThat(CustomerKeys.etag(data, Bytes.wrap(new byte[16])))
                .isEqualTo("08d9f8e22eb4965c5e053d17cae906bd");
        assertThat(
                        CustomerKeys.matches(
                                own,
                                Bytes.hex(
                                        "01000102030405060708090a0b0c0d0e0f4cd91b179e3037e9"
                                            + "0c8fb9f60b3add7f61aa3cf899a22dbbd7c01d2bb9fa5223")))
                .isTrue();
    }
}
