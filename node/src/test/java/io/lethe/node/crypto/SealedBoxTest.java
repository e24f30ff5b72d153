package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class SealedBoxTest {
    private static final Bytes ID = Bytes.utf8("key 7 of node 9");
    private static final byte[] TICKET_KEY = Samples.key(50).getEncoded();

    private final NodeKeys keys = NodeKeys.random(RandomSource.seeded(1));
    private final Bytes sealed =
            SealedBox.seal(
                    keys.publicKey(), Purpose.TICKET_KEY, ID, TICKET_KEY, RandomSource.seeded(2));

    private static void assertCorrupt(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoreException.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(ErrorCode.CORRUPT));
    }

    @Test
    void theStoredSampleOpens() {
        Bytes stored =
                Bytes.hex(
                        "01ca45c79860d2ddc6db38712027d46e2720dd9a47f559812f50e7f9198e2f88"
                                + "5c7ed709b9c7677b7236527e3f95e96bcc74f25d52793f86319853722a1a2ff9"
                                + "2cd1555d8efca635c36acfb96e4f17c13f");
        assertThat(sealed).isEqualTo(stored);
        assertThat(keys.open(Purpose.TICKET_KEY, ID, stored)).isEqualTo(TICKET_KEY);
    }

    @Test
    void aBoxOpensForItsNodeAndPurposeOnly() {
        NodeKeys other = NodeKeys.random(RandomSource.seeded(3));
        assertCorrupt(() -> other.open(Purpose.TICKET_KEY, ID, sealed));
        assertCorrupt(() -> keys.open(Purpose.DATA_KEY, ID, sealed));
        assertCorrupt(() -> keys.open(Purpose.TICKET_KEY, Bytes.EMPTY, sealed));
    }

    @Test
    void everyFlippedBitIsNoticed() {
        for (int i = 0; i < sealed.length(); i++) {
            Bytes flipped = Samples.flipped(sealed, i);
            assertCorrupt(() -> keys.open(Purpose.TICKET_KEY, ID, flipped));
        }
        assertCorrupt(() -> keys.open(Purpose.TICKET_KEY, ID, sealed.slice(0, 48)));
    }

    @Test
    void aPublicKeyThatIsNoneIsRefused() {
        for (Bytes wrong : new Bytes[] {Bytes.wrap(new byte[32]), Bytes.EMPTY}) {
            assertThatThrownBy(
                            () ->
                                    SealedBox.seal(
                                            wrong,
                                            Purpose.TICKET_KEY,
                                            ID,
                                            TICKET_KEY,
                                            RandomSource.seeded(2)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
