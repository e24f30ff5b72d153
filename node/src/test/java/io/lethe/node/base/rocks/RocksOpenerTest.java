package io.lethe.node.base.rocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

class RocksOpenerTest {
    @TempDir Path temp;

    @Test
    void tablesKeepTheirFamiliesAcrossOpenings() throws Exception {
        List<RocksOpener.Family> families =
                List.of(RocksOpener.Family.plain("a"), RocksOpener.Family.plain("b"));
        try (RocksOpener opener = new RocksOpener(RocksOpener.Limits.small())) {
            try (RocksTables tables = opener.open(temp.resolve("t"), families, _ -> {})) {
                tables.db().put(tables.family("a"), new byte[] {1}, new byte[] {2});
                assertThatThrownBy(() -> tables.family("c"))
                        .hasMessageContaining("no column family c");
            }
            try (RocksTables tables = opener.open(temp.resolve("t"), families, _ -> {})) {
                assertThat(tables.db().get(tables.family("a"), new byte[] {1}))
                        .isEqualTo(new byte[] {2});
                assertThat(tables.db().get(tables.family("b"), new byte[] {1})).isNull();
                assertThat(opener.cacheUsageBytes()).isNotNegative();
            }
        }
    }

    @Test
    void aTableOfALaterBuildIsOpenedAndItsFamiliesAreLeftAlone() throws Exception {
        RocksOpener.Family old = RocksOpener.Family.plain("old");
        List<RocksOpener.Family> later = List.of(old, RocksOpener.Family.plain("later"));
        byte[] key = {1};
        try (RocksOpener opener = new RocksOpener(RocksOpener.Limits.small())) {
            try (RocksTables tables = opener.open(temp.resolve("t"), later, _ -> {})) {
                tables.db().put(tables.family("later"), key, new byte[] {2});
            }
            try (RocksTables tables = opener.open(temp.resolve("t"), List.of(old), _ -> {})) {
                tables.db().put(tables.family("old"), key, new byte[] {3});
            }
            try (RocksTables tables = opener.open(temp.resolve("t"), later, _ -> {})) {
                assertThat(tables.db().get(tables.family("later"), key)).containsExactly(2);
                assertThat(tables.db().get(tables.family("old"), key)).containsExactly(3);
            }
        }
    }

    @Test
    void aTableInUseIsRefusedAndCanBeOpenedLater() throws Exception {
        try (RocksOpener opener = new RocksOpener(RocksOpener.Limits.small())) {
            try (RocksTables _ = opener.open(temp.resolve("t"), List.of(), _ -> {})) {
                assertThatThrownBy(() -> opener.open(temp.resolve("t"), List.of(), _ -> {}))
                        .isInstanceOf(RocksDBException.class);
            }
            opener.open(temp.resolve("t"), List.of(), _ -> {}).close();
        }
    }
}
