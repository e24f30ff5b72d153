package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.RandomSource;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class KeyWrapTest {
    private static final KeyBytes ABOVE = Samples.key(1);
    private static final KeyBytes KEY = Samples.key(100);

    private static void assertCorrupt(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoreException.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(ErrorCode.CORRUPT));
    }

    @Test
    void theStoredSampleUnwraps() {
        Bytes stored =
                Bytes.hex(
                        "01e95f49849e033149ee97c7e05b13f876ef189a4e6d0dc115706049885d4521"
                                + "d0e5cc111ca4a657e5");
        assertThat(KeyWrap.unwrap(ABOVE, Purpose.SHARD_KEY, Samples.ID, stored)).isEqualTo(KEY);
        assertThat(KeyWrap.wrap(ABOVE, Purpose.SHARD_KEY, Samples.ID, KEY)).isEqualTo(stored);
    }

    @Test
    void aWrappedKeyLeavesSixteenBytesOfASlot() {
        assertThat(KeyWrap.wrap(ABOVE, Purpose.SHARD_KEY, Samples.ID, KEY).length())
                .isEqualTo(KeyWrap.WRAPPED_BYTES)
                .isLessThanOrEqualTo(64 - 16);
        assertThat(RootKeyFile.WRAPPED_BYTES).isLessThanOrEqualTo(64 - 16);
    }

    @Test
    void aKeyUnwrapsOnlyAsWhatItWasWrapped() {
        for (Purpose purpose : Purpose.values()) {
            Bytes wrapped = KeyWrap.wrap(ABOVE, purpose, Samples.ID, KEY);
            assertThat(KeyWrap.unwrap(ABOVE, purpose, Samples.ID, wrapped)).isEqualTo(KEY);
            assertCorrupt(() -> KeyWrap.unwrap(ABOVE, purpose, Samples.OTHER_ID, wrapped));
            assertCorrupt(() -> KeyWrap.unwrap(KEY, purpose, Samples.ID, wrapped));
            for (Purpose other : Purpose.values()) {
                if (other != purpose) {
                    assertCorrupt(() -> KeyWrap.unwrap(ABOVE, other, Samples.ID, wrapped));
                }
            }
        }
    }

    @Test
    void everyFlippedBitIsNoticed() {
        Bytes wrapped = KeyWrap.wrap(ABOVE, Purpose.DATA_KEY, Samples.ID, KEY);
        for (int i = 0; i < wrapped.length(); i++) {
            Bytes flipped = Samples.flipped(wrapped, i);
            assertCorrupt(() -> KeyWrap.unwrap(ABOVE, Purpose.DATA_KEY, Samples.ID, flipped));
        }
        assertCorrupt(
                () -> KeyWrap.unwrap(ABOVE, Purpose.DATA_KEY, Samples.ID, wrapped.slice(0, 40)));
        assertCorrupt(() -> KeyWrap.unwrap(ABOVE, Purpose.DATA_KEY, Samples.ID, Bytes.EMPTY));
    }

    @Test
    void labelsStayApart() {
        assertThat(Purpose.values()).extracting(Purpose::label).doesNotHaveDuplicates();
        assertThat(Purpose.values())
                .extracting(Purpose::label)
                .noneMatch(label -> label.indexOf('\0') >= 0);
    }

    @Test
    void anEnvelopeOpensOnlyAsWhatItWasSealed() {
        Bytes id = Bytes.utf8("AKIALETHE");
        byte[] secret = Bytes.utf8("a secret of forty characters").toArray();
        Bytes sealed =
                Envelope.seal(ABOVE, Purpose.ACCESS_SECRET, id, secret, RandomSource.seeded(1));
        assertThat(sealed.hex())
                .isEqualTo(
                        "0173d51abbd89cb8196f0efb68d05f6cf006a572b8c614c2f53db71986afdae3"
                                + "3e6f0fb4acb6d76c4b676720a153aa89edacd1d43eaab674a9");
        assertThat(sealed.length()).isEqualTo(secret.length + Envelope.OVERHEAD_BYTES);
        assertThat(Envelope.open(ABOVE, Purpose.ACCESS_SECRET, id, sealed)).isEqualTo(secret);
        assertCorrupt(() -> Envelope.open(KEY, Purpose.ACCESS_SECRET, id, sealed));
        assertCorrupt(() -> Envelope.open(ABOVE, Purpose.OBJECT_INFO, id, sealed));
        assertCorrupt(() -> Envelope.open(ABOVE, Purpose.ACCESS_SECRET, Bytes.EMPTY, sealed));
        for (int i = 0; i < sealed.length(); i++) {
            Bytes flipped = Samples.flipped(sealed, i);
            assertCorrupt(() -> Envelope.open(ABOVE, Purpose.ACCESS_SECRET, id, flipped));
        }
        assertCorrupt(() -> Envelope.open(ABOVE, Purpose.ACCESS_SECRET, id, sealed.slice(0, 28)));
    }

    @Test
    void aDestroyedKeyIsGone() {
        KeyBytes key = KeyBytes.random(RandomSource.seeded(2));
        KeyBytes copy = KeyBytes.copyOf(key.getEncoded());
        assertThat(key).isEqualTo(copy).doesNotHaveToString(Bytes.wrap(key.getEncoded()).hex());
        key.destroy();
        assertThat(key.isDestroyed()).isTrue();
        assertThat(key).isNotEqualTo(copy).hasToString("key (destroyed)");
        assertThatThrownBy(() -> KeyWrap.wrap(key, Purpose.DATA_KEY, new Id128(1, 2), copy))
                .isInstanceOf(Check.BrokenInvariant.class);
    }
}
