package io.lethe.node.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids that clients keep, held to samples; and attributes that are broken. */
class StoredFormsTest {
    private static final int SEEDS = 3_000;

    /** Attributes of the newest format, with all that there is. */
    private static final String SAMPLE =
            "0403612f62" + "01016d0131" + "0101740132" + "0101680133" + "020a0b" + "02726f";

    @Test
    void whateverIsBrokenIsReadOrCorrupt() {
        byte[] sample = Bytes.hex(SAMPLE).toArray();
        assertThat(Attributes.decode(sample).acl()).isEqualTo("ro");
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] broken = sample.clone();
            for (int times = random.nextInt(3); times >= 0; times--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                var _ = Attributes.decode(broken);
            } catch (CorruptEncoding | StoreException expected) {
                assertThat(expected.getMessage()).as("seed %s", seed).isNotEmpty();
            } catch (RuntimeException unexpected) {
                throw new AssertionError("seed " + seed, unexpected);
            }
        }
    }

    @Test
    void uploadIdsAreReadAsTheyWereGiven() {
        WriteId write = new WriteId(new Id128(0x0123456789abcdefL, 5));
        String stored = "00000000000000ff" + "0123456789abcdef" + "0000000000000005";
        assertThat(UploadIds.show(255, write)).isEqualTo(stored);
        assertThat(UploadIds.parse(stored)).isEqualTo(new UploadIds.Parsed(255, write));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "00000000000000ff0123456789abcdef000000000000000",
                "00000000000000ff0123456789abcdef00000000000000050",
                "f0000000000000ff0123456789abcdef0000000000000005",
                "g0000000000000ff0123456789abcdef0000000000000005",
            })
    void otherUploadIdsNameNone(String text) {
        StoreException none =
                catchThrowableOfType(StoreException.class, () -> UploadIds.parse(text));
        assertThat(none.code()).isEqualTo(ErrorCode.NO_SUCH_UPLOAD);
    }

    @Test
    void versionIdsAreReadAsTheyWereGiven() {
        assertThat(VersionIds.show(255, false)).isEqualTo("00000000000000ff");
        assertThat(VersionIds.parse("00000000000000ff")).isEqualTo(new Which.Order(255));
        assertThat(VersionIds.show(255, true)).isEqualTo("null");
        assertThat(VersionIds.parse("null")).isEqualTo(new Which.Null());
        assertThat(VersionIds.parse("")).isEqualTo(new Which.Current());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NULL",
                "ff",
                "00000000000000fg",
                "000000000000000ff",
                "8000000000000000",
                "00000000000000FF",
                "00000000000000fF"
            })
    void otherVersionIdsAreRefused(String text) {
        StoreException refused =
                catchThrowableOfType(StoreException.class, () -> VersionIds.parse(text));
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }
}
