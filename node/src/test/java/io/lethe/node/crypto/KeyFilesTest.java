package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.config.ConfigException;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyFilesTest {
    private static final TenantId TENANT = new TenantId(Samples.ID);
    private static final KeyBytes TENANT_KEY = Samples.key(9);

    private static final String STORED_FILE =
            """
            lethe root keys 1
            key 5d849c57 b87f56e84fd730eb0d948bcf0fd629eb1313c1376f75f7ad6ca8d1489c381114
            check 6cffc6125faf0cb8
            """;

    @TempDir private Path folder = Path.of("");
    private Path path = Path.of("");

    @BeforeEach
    void name() {
        path = folder.resolve("root.key");
    }

    private void write(String text) throws IOException {
        Files.writeString(path, text);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aRootKeyFileIsMadeOnceAndForItsOwnerOnly() throws IOException {
        RootKeyFile.create(path, RandomSource.seeded(4));
        assertThat(Files.readString(path)).isEqualTo(STORED_FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> RootKeyFile.create(path, RandomSource.seeded(5)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("exists and is not overwritten");
    }

    @Test
    void theStoredFileAndItsWrappedKeyAreStillRead() throws IOException {
        write(STORED_FILE);
        RootKeyFile keys = RootKeyFile.load(path);
        Bytes stored =
                Bytes.hex(
                        "5d849c570115a55481e46902f64b3c94d81ab38e9c80d0a4e65417859ab49266"
                                + "7d28a7066e0108379e4194015d");
        assertThat(keys.wrapTenantKey(TENANT, TENANT_KEY)).isEqualTo(stored);
        assertThat(keys.unwrapTenantKey(TENANT, stored)).isEqualTo(TENANT_KEY);
        assertThat(stored.hex()).startsWith(keys.keyId());
    }

    @Test
    void anAddedKeyWrapsAndOldOnesStillUnwrap() {
        RootKeyFile.create(path, RandomSource.seeded(4));
        RootKeyFile before = RootKeyFile.load(path);
        Bytes old = before.wrapTenantKey(TENANT, TENANT_KEY);
        RootKeyFile.addKey(path, RandomSource.seeded(6));
        RootKeyFile after = RootKeyFile.load(path);
        assertThat(after.keyId()).isNotEqualTo(before.keyId());
        assertThat(after.unwrapTenantKey(TENANT, old)).isEqualTo(TENANT_KEY);
        Bytes fresh = after.wrapTenantKey(TENANT, TENANT_KEY);
        assertThatThrownBy(() -> before.unwrapTenantKey(TENANT, fresh))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("needs root key " + after.keyId());
    }

    @Test
    void aTenantKeyUnwrapsForItsTenantOnly() {
        RootKeyFile.create(path, RandomSource.seeded(4));
        RootKeyFile keys = RootKeyFile.load(path);
        Bytes wrapped = keys.wrapTenantKey(TENANT, TENANT_KEY);
        assertThatThrownBy(() -> keys.unwrapTenantKey(new TenantId(Samples.OTHER_ID), wrapped))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(ErrorCode.CORRUPT));
        assertThatThrownBy(() -> keys.unwrapTenantKey(TENANT, wrapped.slice(0, 44)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("provider");
    }

    @Test
    void aMissingFileSaysHowToMakeIt() {
        assertThatThrownBy(() -> RootKeyFile.load(path))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no key file")
                .hasMessageContaining("lethe root-key create");
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws IOException {
        RootKeyFile.create(path, RandomSource.seeded(4));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> RootKeyFile.load(path))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void everyChangeToAFileIsNoticed() throws IOException {
        for (int i = 0; i < STORED_FILE.length(); i++) {
            char other = STORED_FILE.charAt(i) == '0' ? '1' : '0';
            write(STORED_FILE.substring(0, i) + other + STORED_FILE.substring(i + 1));
            assertThatThrownBy(() -> RootKeyFile.load(path)).isInstanceOf(ConfigException.class);
            write(STORED_FILE.substring(0, i));
            assertThatThrownBy(() -> RootKeyFile.load(path)).isInstanceOf(ConfigException.class);
        }
    }

    @Test
    void nodeKeysAreMadeOnceAndReadAgain() throws IOException {
        NodeKeys made = NodeKeys.loadOrCreate(path, RandomSource.seeded(7));
        NodeKeys again = NodeKeys.loadOrCreate(path, RandomSource.seeded(8));
        assertThat(again.logKey()).isEqualTo(made.logKey());
        assertThat(again.publicKey()).isEqualTo(made.publicKey());
        assertThat(Files.readString(path))
                .isEqualTo(
                        """
                        lethe node keys 1
                        log 99170fbb183477a35a94c9bf390b770209d32a595d4a987d41f4b3e592471abe
                        box 05194bb55dcab3910016175aa147e1f3e98ee81edf7fae40bfe793d9fced52b2
                        check b9f8a5894f895674
                        """);
        assertThatThrownBy(() -> RootKeyFile.load(path))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("another file");
    }

    @Test
    void aHalfWrittenFileIsReported() throws IOException {
        Files.writeString(folder.resolve("root.key.new"), "");
        assertThatThrownBy(() -> RootKeyFile.create(path, RandomSource.seeded(4)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("remove it");
    }
}
