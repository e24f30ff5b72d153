package io.lethe.node.metadata.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.nativeio.NativeFiles;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
    private static final ShardId SHARD =
            new ShardId(Id128.parse("00112233445566778899aabbccddeeff"));
    private static final Bytes WRAPPED =
            Bytes.hex("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5" + "a5".repeat(16));

    /** Of slot 3 with these values, format 1 as first released: every later version reads it. */
    private static final String SLOT_CHECKSUM = "8e1b4543";

    @TempDir Path temp;

    private KeyFile create() throws IOException {
        return KeyFile.create(temp.resolve("keys"), new GroupId(3), NativeFiles.real());
    }

    private static KeySlot.Live live() {
        return KeySlot.Live.of(SHARD, 7, WRAPPED);
    }

    @Test
    void aSlotHasTheDocumentedBytes() {
        byte[] bytes = KeySlot.encode(3, live());
        String hex = HexFormat.of().formatHex(bytes);
        assertThat(hex)
                .isEqualTo(
                        "0128"
                                + "00000007"
                                + "001122334455"
                                + WRAPPED.hex()
                                + "00".repeat(8)
                                + hex.substring(120));
        assertThat(hex.substring(120)).isEqualTo(SLOT_CHECKSUM);
        assertThat(KeySlot.decode(3, bytes)).isEqualTo(live());
        assertThat(KeySlot.decode(4, bytes)).isInstanceOf(KeySlot.Corrupt.class);
    }

    @Test
    void theSecondCopyIsWrittenAtTheSync() throws IOException {
        try (KeyFile file = create()) {
            file.grow();
            file.write(3, live());
            assertThat(onDisk(3, 0)).isEqualTo(live());
            assertThat(onDisk(3, 1)).isInstanceOf(KeySlot.Blank.class);
            file.sync();
            assertThat(onDisk(3, 1)).isEqualTo(live());
            assertThat(file.read(3, SHARD)).isEqualTo(live());
        }
        try (KeyFile file =
                KeyFile.open(temp.resolve("keys"), new GroupId(3), NativeFiles.real())) {
            assertThat(file.read(3, SHARD)).isEqualTo(live());
        }
    }

    private KeySlot onDisk(int slot, int copy) throws IOException {
        byte[] all = Files.readAllBytes(temp.resolve("keys"));
        int at = (int) KeyFile.offset(slot, copy);
        return KeySlot.decode(slot, java.util.Arrays.copyOfRange(all, at, at + KeySlot.BYTES));
    }

    @Test
    void theCopiesOfASlotLieOnDifferentPages() {
        for (int slot : List.of(0, 1, 63, 64, 4095, 4096, 10_000)) {
            assertThat(KeyFile.offset(slot, 1) - KeyFile.offset(slot, 0)).isEqualTo(256 * 1024);
        }
        assertThat(KeyFile.offset(0, 0)).isEqualTo(4096);
        assertThat(KeyFile.offset(4096, 0)).isEqualTo(4096 + 512 * 1024);
    }

    @Test
    void destroyingOverwritesBothCopiesAlsoBeforeASync() throws IOException {
        try (KeyFile file = create()) {
            file.grow();
            file.write(0, live());
            file.sync();
            file.write(1, live());
            file.destroy(List.of(0, 1));
            for (int slot = 0; slot < 2; slot++) {
                assertThat(onDisk(slot, 0)).isInstanceOf(KeySlot.Destroyed.class);
                assertThat(onDisk(slot, 1)).isInstanceOf(KeySlot.Destroyed.class);
                assertThat(file.read(slot, SHARD)).isNull();
            }
            file.sync();
            assertThat(onDisk(1, 1)).isInstanceOf(KeySlot.Destroyed.class);
            assertThat(file.occupied()).isEmpty();
        }
    }

    @Test
    void aSlotOfAnotherShardIsNotTaken() throws IOException {
        try (KeyFile file = create()) {
            file.grow();
            file.write(0, live());
            assertThat(file.read(0, new ShardId(new Id128(1, 2)))).isNull();
        }
    }

    @Test
    void afterAFailureEveryCallIsRefused() throws IOException {
        KeyFile file = create();
        file.grow();
        file.write(0, live());
        file.close();
        assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.read(0, SHARD))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refuses every call");
    }
}
