package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.RandomValues;
import io.lethe.node.model.BucketId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowKeysTest {
    private static final BucketId BUCKET = new BucketId(0x0102_0304_0506_0708L);

    /** Short keys of few letters, so that prefixes, zeros and 0xff meet often. */
    private static Bytes key(RandomValues random) {
        byte[] letters = {0, 1, 'a', (byte) 0xff};
        byte[] key = new byte[random.below(6)];
        for (int i = 0; i < key.length; i++) {
            key[i] = letters[random.below(letters.length)];
        }
        return Bytes.wrap(key);
    }

    @Test
    void rowKeysAreLaidOutAsDocumented() {
        assertThat(RowKeys.versionKey(BUCKET, Bytes.hex("6100ff"), 1).hex())
                .isEqualTo(
                        "%04x".formatted(BUCKET.hash16())
                                + "0102030405060708"
                                + "6100ffff"
                                + "0000"
                                + "fffffffffffffffe");
    }

    @Test
    void rowKeysKeepTheOrderOfKeysAndPutNewestFirst() {
        for (long seed = 0; seed < 2_000; seed++) {
            RandomValues random = new RandomValues(seed);
            Bytes one = key(random);
            Bytes other = key(random);
            long older = random.number() >>> 1;
            assertThat(
                            Integer.signum(
                                    RowKeys.objectKey(BUCKET, one)
                                            .compareTo(RowKeys.objectKey(BUCKET, other))))
                    .as("seed %s: %s and %s", seed, one, other)
                    .isEqualTo(Integer.signum(one.compareTo(other)));
            assertThat(RowKeys.versionKey(BUCKET, one, older + 1))
                    .as("seed %s", seed)
                    .isLessThan(RowKeys.versionKey(BUCKET, one, older))
                    .isGreaterThan(RowKeys.objectKey(BUCKET, one));
            if (one.compareTo(other) < 0) {
                assertThat(RowKeys.versionKey(BUCKET, one, 0))
                        .as("seed %s", seed)
                        .isLessThan(RowKeys.objectKey(BUCKET, other));
            }
        }
    }

    @Test
    void aPrefixIsARange() {
        for (long seed = 0; seed < 2_000; seed++) {
            RandomValues random = new RandomValues(seed);
            Bytes key = key(random);
            Bytes prefix = key(random);
            Bytes from = RowKeys.keyPrefix(BUCKET, prefix);
            Bytes objectKey = RowKeys.objectKey(BUCKET, key);
            boolean inside =
                    from.compareTo(objectKey) <= 0 && objectKey.compareTo(from.prefixEnd()) < 0;
            assertThat(inside)
                    .as("seed %s: %s under %s", seed, key, prefix)
                    .isEqualTo(key.startsWith(prefix));
        }
    }

    @Test
    void whatWasWrittenIsRead() {
        for (long seed = 0; seed < 500; seed++) {
            RandomValues random = new RandomValues(seed);
            BucketId bucket = random.bucketId();
            Bytes key = key(random);
            long order = random.number() >>> 1;
            assertThat(RowKeys.parse(RowKeys.versionKey(bucket, key, order), 0))
                    .isEqualTo(new RowKeys.Parsed(bucket, key, order));
            assertThat(RowKeys.parse(RowKeys.objectKey(bucket, key), 0))
                    .isEqualTo(new RowKeys.Parsed(bucket, key, RowKeys.Parsed.NONE));
        }
    }

    @Test
    void whatIsNoRowKeyIsRefused() {
        Bytes whole = RowKeys.versionKey(BUCKET, Bytes.utf8("key"), 5);
        List<Integer> readable = new ArrayList<>();
        for (int length = 0; length < whole.length(); length++) {
            Bytes cut = whole.slice(0, length);
            if (length == whole.length() - 8) {
                readable.add(length);
                continue;
            }
            assertThatThrownBy(() -> RowKeys.parse(cut, 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(readable).hasSize(1);
    }
}
