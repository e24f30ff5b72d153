package io.lethe.node.rpc;

import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import io.lethe.proto.v1.MergePartitionRequest;
import io.lethe.proto.v1.MergePartitionResponse;

/** An operator's orders to merge partitions, and whether that is done. Stateless. */
final class MergeOrders {
    private static final String PREFIX = "partition-";

    private final ClusterView view;

    MergeOrders(ClusterView view) {
        this.view = view;
    }

    MergePartitionResponse merge(MergePartitionRequest request, long deadlineNanos)
            throws InterruptedException {
        GroupId partition = named(request.getPartition());
        GroupId heir = view.merge(partition, deadlineNanos);
        return MergePartitionResponse.newBuilder()
                .setHeir(heir.toString())
                .setDone(view.directory().merged(partition).isPresent())
                .build();
    }

    /** Also of one that is no more. */
    private static GroupId named(String name) {
        try {
            if (name.startsWith(PREFIX)) {
                return new GroupId(Integer.parseInt(name.substring(PREFIX.length())));
            }
        } catch (IllegalArgumentException e) {
            // No number, or none of a partition.
        }
        throw new StoreException(
                ErrorCode.INVALID_ARGUMENT,
                "there is no partition '" + name + "'; see 'lethe partitions'");
    }
}
