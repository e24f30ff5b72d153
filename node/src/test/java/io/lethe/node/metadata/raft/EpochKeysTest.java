package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EpochKeysTest {
    private static final int GROUP = 3;
    private static final int FIRST_COPY = 4096;
    private static final int SECOND_COPY = 4096 + 65_536;

    @TempDir Path dir;
    private Path file;

    @BeforeEach
    void create() throws IOException {
        file = dir.resolve("epochs");
        EpochSlots.create(file, GROUP);
    }

    private EpochKeys open(long lastLogIndex) throws IOException {
        return new EpochKeys(
                GROUP,
                EpochSlots.open(file, GROUP),
                new TestKeyWrap(),
                RandomSource.seeded(1),
                lastLogIndex);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void anEntryOpensAfterARestart() throws IOException {
        byte[] sealed;
        try (EpochKeys keys = open(0)) {
            sealed = keys.seal(1, bytes("secret"));
        }
        try (EpochKeys keys = open(1)) {
            assertThat(keys.open(1, sealed)).isEqualTo(bytes("secret"));
            assertThat(epoch(keys.seal(2, bytes("next")))).isEqualTo(2);
        }
    }

    private static int epoch(byte[] sealed) {
        Decoder in = new Decoder(sealed);
        assertThat(in.u8()).isEqualTo(1);
        return in.i32();
    }

    @Test
    void anEntryIsBoundToItsIndex() throws IOException {
        try (EpochKeys keys = open(0)) {
            byte[] sealed = keys.seal(1, bytes("secret"));
            assertThatThrownBy(() -> keys.open(2, sealed)).isInstanceOf(StoreException.class);
            sealed[sealed.length - 1] ^= 1;
            assertThatThrownBy(() -> keys.open(1, sealed)).isInstanceOf(StoreException.class);
        }
    }

    @Test
    void aTruncationPastAnEpochOverwritesBothCopiesOfItsSlot() throws IOException {
        try (EpochKeys keys = open(0)) {
            byte[] old = keys.seal(1, bytes("old"));
            keys.seal(5, bytes("old too"));
            byte[] slot = slot(FIRST_COPY, 0);
            assertThat(slot(SECOND_COPY, 0)).isEqualTo(slot);
            assertThat(slot).isNotEqualTo(new byte[64]);
            keys.rotate();
            byte[] young = keys.seal(6, bytes("young"));
            keys.truncated(5);
            assertThat(keys.destroyedThrough(4)).isFalse();
            assertThat(keys.open(1, old)).isEqualTo(bytes("old"));
            keys.truncated(6);
            assertThat(keys.destroyedThrough(5)).isTrue();
            assertThat(slot(FIRST_COPY, 0)).isEqualTo(new byte[64]);
            assertThat(slot(SECOND_COPY, 0)).isEqualTo(new byte[64]);
            assertThatThrownBy(() -> keys.open(1, old)).hasMessageContaining("has no key");
            assertThat(keys.open(6, young)).isEqualTo(bytes("young"));
        }
        String wholeFile = HexFormat.of().formatHex(Files.readAllBytes(file));
        byte[] live = slot(FIRST_COPY, 1);
        assertThat(wholeFile).contains(HexFormat.of().formatHex(live));
    }

    @Test
    void entriesReplacedUnderALaterEpochDoNotKeepTheEarlierOneAlive() throws IOException {
        try (EpochKeys keys = open(0)) {
            keys.seal(1, bytes("a"));
            keys.seal(100, bytes("never committed"));
            keys.rotate();
            keys.seal(51, bytes("instead"));
            keys.truncated(51);
            assertThat(keys.destroyedThrough(50)).isTrue();
            assertThat(keys.live()).isEqualTo(1);
        }
    }

    @Test
    void theEpochInUseIsDestroyedTooOnceAllItHeldIsCut() throws IOException {
        try (EpochKeys keys = open(0)) {
            keys.seal(1, bytes("a"));
            keys.truncated(2);
            assertThat(keys.live()).isZero();
            assertThat(keys.open(2, keys.seal(2, bytes("b")))).isEqualTo(bytes("b"));
        }
    }

    @Test
    void aTornSlotIsMendedFromTheOtherCopy() throws IOException {
        byte[] sealed;
        try (EpochKeys keys = open(0)) {
            sealed = keys.seal(1, bytes("kept"));
        }
        patch(SECOND_COPY + 20, (byte) 0x55);
        try (EpochKeys keys = open(1)) {
            assertThat(keys.open(1, sealed)).isEqualTo(bytes("kept"));
        }
        assertThat(slot(SECOND_COPY, 0)).isEqualTo(slot(FIRST_COPY, 0));
    }

    @Test
    void aDestructionCutShortIsFinishedAtTheNextStart() throws IOException {
        try (EpochKeys keys = open(0)) {
            keys.seal(1, bytes("gone"));
        }
        byte[] content = Files.readAllBytes(file);
        Arrays.fill(content, FIRST_COPY, FIRST_COPY + 64, (byte) 0);
        Files.write(file, content);
        try (EpochKeys keys = open(1)) {
            assertThat(keys.live()).isZero();
        }
        assertThat(slot(SECOND_COPY, 0)).isEqualTo(new byte[64]);
    }

    @Test
    void twoDamagedCopiesAreRefused() throws IOException {
        try (EpochKeys keys = open(0)) {
            keys.seal(1, bytes("lost"));
        }
        patch(FIRST_COPY + 20, (byte) 0x55);
        patch(SECOND_COPY + 20, (byte) 0x55);
        assertThatThrownBy(() -> open(1)).hasMessageContaining("new generation");
    }

    @Test
    void aFileOfAnotherGroupOrLengthIsRefused() throws IOException {
        assertThatThrownBy(() -> EpochSlots.open(file, GROUP + 1))
                .isInstanceOf(StoreException.class);
        Files.write(file, new byte[100]);
        assertThatThrownBy(() -> EpochSlots.open(file, GROUP)).isInstanceOf(StoreException.class);
    }

    private void patch(int at, byte value) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[at] = value;
        Files.write(file, content);
    }

    private byte[] slot(int copy, int place) throws IOException {
        int from = copy + 64 * place;
        return Arrays.copyOfRange(Files.readAllBytes(file), from, from + 64);
    }
}
