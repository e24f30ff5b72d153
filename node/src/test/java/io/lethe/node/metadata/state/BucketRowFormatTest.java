package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.state.Table.BucketName;
import io.lethe.node.metadata.state.Table.SettingKey;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketLock.Mode;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.State;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The directory's rows of buckets, held to stored samples of each format. */
class BucketRowFormatTest {
    private static final TenantId TENANT = new TenantId(new Id128(1, 2));
    private static final BucketId BUCKET = new BucketId(42);

    private static <K, V> void same(Table<K, V> table, K key, V value, String stored) {
        String[] row = stored.split(" ", -1);
        MapRows rows = new MapRows();
        rows.family(table.family()).put(Bytes.hex(row[0]), Bytes.hex(row[1]));
        assertThat(table.get(rows, key)).isEqualTo(value);
        assertThat(table.put(key, value))
                .isEqualTo(new Change.Put(table.family(), Bytes.hex(row[0]), Bytes.hex(row[1])));
    }

    @Test
    void bucketsAreReadAsTheyWereWritten() {
        same(
                Table.BUCKETS,
                BUCKET,
                new BucketRecord(
                        BUCKET,
                        TENANT,
                        "photos",
                        "standard",
                        Versioning.SUSPENDED,
                        State.DELETING,
                        9,
                        7,
                        1_800_000_000_000L,
                        null,
                        Map.of()),
                "000000000000002a "
                        + "01000000000000002a000000000000000100000000000000020670686f74"
                        + "6f73087374616e646172640201090780a0f1c2b13400000000");
        same(
                Table.BUCKETS,
                BUCKET,
                new BucketRecord(
                        BUCKET,
                        TENANT,
                        "photos",
                        "standard",
                        Versioning.ENABLED,
                        State.ACTIVE,
                        0,
                        300,
                        1_800_000_000_000L,
                        new BucketLock(Mode.COMPLIANCE, 0, 3),
                        Map.of(BucketSetting.POLICY, 5L, BucketSetting.INVENTORY, 301L)),
                "000000000000002a "
                        + "01000000000000002a000000000000000100000000000000020670686f74"
                        + "6f73087374616e64617264010000ac0280a0f1c2b134010200030200050b"
                        + "ad020000");
        same(
                Table.BUCKETS,
                BUCKET,
                new BucketRecord(
                                BUCKET,
                                TENANT,
                                "photos",
                                "standard",
                                Versioning.OFF,
                                State.ACTIVE,
                                0,
                                7,
                                1_800_000_000_000L,
                                null,
                                Map.of())
                        .withClass("cold", 300),
                "000000000000002a "
                        + "01000000000000002a000000000000000100000000000000020670686f74"
                        + "6f7304636f6c640000000780a0f1c2b1340000ac0201");
        same(
                Table.BUCKET_NAMES,
                new BucketName(TENANT, "photos"),
                BUCKET,
                "0000000000000001000000000000000270686f746f73 " + "01000000000000002a");
    }

    @Test
    void documentsAreReadAsTheyWereWritten() {
        same(
                Table.BUCKET_SETTINGS,
                new SettingKey(BUCKET, BucketSetting.CORS),
                new BucketDocument(300, Bytes.utf8("<CORSConfiguration/>")),
                "000000000000002a04 " + "01ac02143c434f5253436f6e66696775726174696f6e2f3e");
        same(
                Table.BUCKET_SETTINGS,
                new SettingKey(BUCKET, BucketSetting.INVENTORY),
                new BucketDocument(5, Bytes.EMPTY),
                "000000000000002a0b " + "010500");
    }

    @Test
    void constantsKeepTheNumbersThatRowsHold() {
        assertThat(Arrays.stream(BucketSetting.values()).map(Enum::name))
                .startsWith(
                        "POLICY",
                        "PUBLIC_ACCESS_BLOCK",
                        "OWNERSHIP_CONTROLS",
                        "ACL",
                        "CORS",
                        "WEBSITE",
                        "LIFECYCLE",
                        "NOTIFICATION",
                        "LOGGING",
                        "ENCRYPTION",
                        "TAGGING",
                        "INVENTORY");
    }
}
