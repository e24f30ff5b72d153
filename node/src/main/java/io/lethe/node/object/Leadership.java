package io.lethe.node.object;

import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.GroupId;
import java.util.List;

/** Which partitions this node leads: those whose upkeep it does. */
public interface Leadership {
    List<GroupId> ledPartitions();

    /**
     * Whether it leads a bucket's first partition, and so does what is done once for the bucket.
     */
    default boolean leadsFirstOf(BucketId bucket, Directory directory) {
        return directory
                .partitionOf(RowKeys.bucketPrefix(bucket))
                .filter(first -> ledPartitions().contains(first.id()))
                .isPresent();
    }
}
