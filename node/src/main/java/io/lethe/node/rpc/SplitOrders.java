package io.lethe.node.rpc;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.state.RowKeys;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.proto.v1.SplitPartitionRequest;
import io.lethe.proto.v1.SplitPartitionResponse;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An operator's orders to split partitions. Stateless. */
final class SplitOrders {
    private final ClusterView view;

    SplitOrders(ClusterView view) {
        this.view = view;
    }

    SplitPartitionResponse split(SplitPartitionRequest request, TenantId caller, long deadlineNanos)
            throws InterruptedException {
        Bytes at = at(request, caller);
        GroupId partition = partition(request.getPartition(), at);
        PartitionRecord.Division division = view.split(partition, at, deadlineNanos);
        return SplitPartitionResponse.newBuilder()
                .setPartition(partition.toString())
                .setChild(division.child().toString())
                .setSeparator(division.separator().hex())
                .build();
    }

    /** The row key at which to split; null: in the middle. */
    private @Nullable Bytes at(SplitPartitionRequest request, TenantId caller) {
        if (request.getBucket().isEmpty()) {
            return null;
        }
        Optional<TenantId> tenant =
                request.getAccount().isEmpty()
                        ? Optional.of(caller)
                        : view.directory().tenantNamed(request.getAccount());
        return tenant.flatMap(owner -> view.directory().bucket(owner, request.getBucket()))
                .map(bucket -> RowKeys.objectKey(bucket.id(), Bytes.utf8(request.getKey())))
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.NO_SUCH_BUCKET,
                                        "there is no bucket '" + request.getBucket() + "'"));
    }

    private GroupId partition(String name, @Nullable Bytes at) {
        return view.directory().partitions().stream()
                .filter(
                        one ->
                                name.isEmpty()
                                        ? at != null && one.covers(at)
                                        : one.id().toString().equals(name))
                .findFirst()
                .map(PartitionRecord::id)
                .orElseThrow(
                        () ->
                                new StoreException(
                                        ErrorCode.INVALID_ARGUMENT,
                                        "name a partition, or a key of the one that is meant; see"
                                                + " 'lethe partitions'"));
    }
}
