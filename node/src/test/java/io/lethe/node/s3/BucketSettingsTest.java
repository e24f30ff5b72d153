package io.lethe.node.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BucketSettingsTest {
    private static final TenantId TENANT = new TenantId(new Id128(1, 2));

    /** Room for two short documents. */
    private static final long MOST_BYTES = 1_100;

    private final MemoryDirectory directory = new MemoryDirectory();
    private final Directory copy = directory.copy();
    private final BucketSettings settings = new BucketSettings(copy, MOST_BYTES);
    private final List<String> parsed = new ArrayList<>();

    @BeforeEach
    void threeBuckets() {
        directory.bear();
        execute(
                new DirectoryCommand.PutTenant(
                        new TenantRecord(TENANT, "acme", "Acme", 1, Bytes.EMPTY)));
        for (int id = 1; id <= 3; id++) {
            execute(
                    new DirectoryCommand.CreateBucket(
                            new BucketId(id),
                            TENANT,
                            "bucket-" + id,
                            "standard",
                            BucketRecord.Versioning.OFF,
                            copy.index()));
        }
    }

    private void execute(DirectoryCommand command) {
        assertThat(directory.execute(command, 1, 0).reply())
                .isNotInstanceOf(DirectoryReply.Refused.class);
    }

    private void set(int bucket, String document) {
        execute(
                new DirectoryCommand.SetBucketSetting(
                        new BucketId(bucket),
                        BucketSetting.CORS,
                        Bytes.utf8(document),
                        copy.index()));
    }

    private BucketRecord bucket(int id) {
        return copy.bucket(new BucketId(id)).orElseThrow();
    }

    private Optional<String> read(BucketRecord bucket) {
        return settings.of(
                bucket,
                BucketSetting.CORS,
                bytes -> {
                    parsed.add(bytes.utf8());
                    return bytes.utf8();
                });
    }

    @Test
    void aDocumentIsParsedOnceUntilItIsSetAgain() {
        assertThat(read(bucket(1))).isEmpty();
        set(1, "a");
        assertThat(read(bucket(1))).contains("a");
        assertThat(read(bucket(1))).contains("a");
        assertThat(parsed).containsExactly("a");
        set(1, "b");
        assertThat(read(bucket(1))).contains("b");
        set(1, "");
        assertThat(read(bucket(1))).isEmpty();
        assertThat(parsed).containsExactly("a", "b");
    }

    @Test
    void aRecordFromBeforeAChangeGetsTheNewerDocument() {
        set(1, "a");
        BucketRecord before = bucket(1);
        set(1, "b");
        assertThat(read(before)).contains("b");
        assertThat(read(bucket(1))).contains("b");
        assertThat(parsed).containsExactly("b");
        set(1, "");
        assertThat(settings.of(bucket(2), BucketSetting.CORS, Bytes::utf8)).isEmpty();
    }

    @Test
    void whatWasAskedForLeastRecentlyMakesRoom() {
        for (int id = 1; id <= 3; id++) {
            set(id, "of " + id);
        }
        assertThat(read(bucket(1))).contains("of 1");
        assertThat(read(bucket(2))).contains("of 2");
        assertThat(read(bucket(1))).contains("of 1");
        assertThat(read(bucket(3))).contains("of 3");
        assertThat(read(bucket(1))).contains("of 1");
        assertThat(read(bucket(2))).contains("of 2");
        assertThat(parsed).containsExactly("of 1", "of 2", "of 3", "of 2");
    }
}
