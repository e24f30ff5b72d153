package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.FinishRecoding;
import io.lethe.node.metadata.command.DirectoryCommand.SetBucketClass;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A bucket's storage class is changed, and what there is to do about it is known until it is done.
 */
class RecodingTest {
    private static final Scheme SCHEME = new Scheme(2, 1, Scheme.LEAST_CELL_BYTES);
    private static final TenantId TENANT = new TenantId(new Id128(5, 5));
    private static final BucketId BUCKET = new BucketId(1);
    private final TestDirectory directory = new TestDirectory();

    private BucketRecord bucket() {
        return directory.reader().bucket(BUCKET).orElseThrow();
    }

    @BeforeEach
    void aBucket() {
        List<StorageClass> classes =
                List.of(
                        new StorageClass("standard", SCHEME, false),
                        new StorageClass("cold", SCHEME, false));
        var _ =
                directory.execute(
                        new DirectoryCommand.InitCluster(new Id128(9, 9), "test", "node", classes));
        var _ =
                directory.execute(
                        new DirectoryCommand.PutTenant(
                                new TenantRecord(TENANT, "t", "T", 1, Bytes.utf8("key"))));
        var _ =
                directory.execute(
                        new DirectoryCommand.CreateBucket(
                                BUCKET,
                                TENANT,
                                "photos",
                                "standard",
                                BucketRecord.Versioning.OFF,
                                directory.index()));
        assertThat(bucket().recoding()).isFalse();
    }

    @Test
    void onlyTheEndOfTheLastChangeEndsIt() {
        assertThat(directory.refusal(new SetBucketClass(BUCKET, "cold", directory.index())))
                .isNull();
        long first = bucket().classIndex();
        assertThat(bucket().storageClass()).isEqualTo("cold");
        assertThat(directory.refusal(new SetBucketClass(BUCKET, "standard", directory.index())))
                .isNull();
        assertThat(directory.refusal(new FinishRecoding(BUCKET, first))).isNull();
        assertThat(bucket().recoding()).as("the second is under way").isTrue();
        assertThat(directory.refusal(new FinishRecoding(BUCKET, bucket().classIndex()))).isNull();
        assertThat(bucket().recoding()).isFalse();
        assertThat(bucket().storageClass()).isEqualTo("standard");
        assertThat(directory.refusal(new SetBucketClass(BUCKET, "standard", directory.index())))
                .isNull();
        assertThat(bucket().recoding()).as("it is looked for once more").isTrue();
    }

    @Test
    void whatIsLateOrUnknownIsRefused() {
        long seen = directory.index();
        assertThat(directory.refusal(new SetBucketClass(BUCKET, "cold", seen))).isNull();
        assertThat(directory.refusal(new SetBucketClass(BUCKET, "standard", seen)))
                .isEqualTo(ErrorCode.STALE_EPOCH);
        assertThat(directory.refusal(new SetBucketClass(BUCKET, "none", directory.index())))
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(
                        directory.refusal(
                                new SetBucketClass(new BucketId(7), "cold", directory.index())))
                .isEqualTo(ErrorCode.NO_SUCH_BUCKET);
        assertThat(directory.refusal(new FinishRecoding(new BucketId(7), 1))).isNull();
    }
}
