package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.SetBucketSetting;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.BucketDocument;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BucketDocumentsTest {
    private static final TenantId TENANT = new TenantId(new Id128(1, 2));
    private static final BucketId BUCKET = new BucketId(1);

    private final MemoryDirectory metadata = new MemoryDirectory();
    private final Directory directory = metadata.copy();

    @BeforeEach
    void aBucket() {
        metadata.bear();
        done(
                new DirectoryCommand.PutTenant(
                        new TenantRecord(TENANT, "acme", "Acme", 1, Bytes.EMPTY)));
        create();
    }

    private void create() {
        done(
                new DirectoryCommand.CreateBucket(
                        BUCKET, TENANT, "photos", "standard", Versioning.OFF, directory.index()));
    }

    private DirectoryReply execute(DirectoryCommand command) {
        return metadata.execute(command, 1, 0).reply();
    }

    private void done(DirectoryCommand command) {
        assertThat(execute(command)).isNotInstanceOf(DirectoryReply.Refused.class);
    }

    private void refused(DirectoryCommand command, ErrorCode code) {
        assertThat(execute(command))
                .isInstanceOfSatisfying(
                        DirectoryReply.Refused.class, it -> assertThat(it.code()).isEqualTo(code));
    }

    private SetBucketSetting cors(BucketId bucket, String document) {
        return new SetBucketSetting(
                bucket, BucketSetting.CORS, Bytes.utf8(document), directory.index());
    }

    private Optional<String> cors() {
        return directory
                .bucketDocument(BUCKET, BucketSetting.CORS)
                .map(document -> document.bytes().utf8());
    }

    private BucketRecord bucket() {
        return directory.bucket(BUCKET).orElseThrow();
    }

    @Test
    void aBucketIsMadeWithAllThatItShallHaveOrNotAtAll() {
        BucketId other = new BucketId(77);
        Map<BucketSetting, Bytes> documents =
                Map.of(BucketSetting.CORS, Bytes.utf8("cors"), BucketSetting.ACL, Bytes.EMPTY);
        refused(
                new DirectoryCommand.CreateBucket(
                        other,
                        TENANT,
                        "other",
                        "standard",
                        Versioning.OFF,
                        directory.index(),
                        BucketLock.WITHOUT_DEFAULT,
                        documents),
                ErrorCode.INVALID_BUCKET_STATE);
        assertThat(directory.bucket(TENANT, "other")).isEmpty();
        done(
                new DirectoryCommand.CreateBucket(
                        other,
                        TENANT,
                        "other",
                        "standard",
                        Versioning.ENABLED,
                        directory.index(),
                        BucketLock.WITHOUT_DEFAULT,
                        documents));
        BucketRecord made = directory.bucket(TENANT, "other").orElseThrow();
        assertThat(made.lock()).isEqualTo(BucketLock.WITHOUT_DEFAULT);
        assertThat(made.settings()).containsOnly(Map.entry(BucketSetting.CORS, directory.index()));
        assertThat(directory.bucketDocument(other, BucketSetting.CORS))
                .contains(new BucketDocument(directory.index(), Bytes.utf8("cors")));
        assertThat(directory.bucketDocument(other, BucketSetting.ACL)).isEmpty();
    }

    @Test
    void aDocumentIsSetReplacedAndRemovedAndGoesWithItsBucket() {
        refused(cors(new BucketId(9), "a"), ErrorCode.NO_SUCH_BUCKET);
        done(cors(BUCKET, "a"));
        Map<BucketSetting, Long> set = Map.of(BucketSetting.CORS, directory.index());
        assertThat(cors()).contains("a");
        assertThat(bucket().settings()).isEqualTo(set);
        done(new DirectoryCommand.SetVersioning(BUCKET, Versioning.ENABLED, directory.index()));
        assertThat(bucket().settings()).isEqualTo(set);
        done(cors(BUCKET, ""));
        assertThat(cors()).isEmpty();
        assertThat(bucket().settings()).isEmpty();
        done(cors(BUCKET, "b"));
        done(new DirectoryCommand.MarkBucketDeleting(BUCKET));
        done(new DirectoryCommand.FinishBucketDelete(BUCKET, directory.index(), true));
        create();
        assertThat(cors()).isEmpty();
    }

    @Test
    void oneThatComesLateUndoesNeitherANewerOneNorARemoval() {
        SetBucketSetting late = cors(BUCKET, "a");
        done(late);
        done(late);
        done(cors(BUCKET, "b"));
        refused(late, ErrorCode.STALE_EPOCH);
        done(cors(BUCKET, ""));
        refused(late, ErrorCode.STALE_EPOCH);
        assertThat(cors()).isEmpty();
    }
}
