package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.GroupId;

/** Another's, of which tests change what they are about. As safe as the other. */
public class ForwardingMetadata implements Metadata {
    private final Metadata to;

    public ForwardingMetadata(Metadata to) {
        this.to = to;
    }

    @Override
    public PartitionReply execute(
            Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos)
            throws InterruptedException {
        return to.execute(rowKey, command, checkedAt, deadlineNanos);
    }

    @Override
    public PartitionReply executeIn(
            GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos)
            throws InterruptedException {
        return to.executeIn(partition, command, checkedAt, deadlineNanos);
    }

    @Override
    public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos)
            throws InterruptedException {
        return to.query(rowKey, query, deadlineNanos);
    }

    @Override
    public PartitionAnswer queryIn(GroupId partition, PartitionQuery query, long deadlineNanos)
            throws InterruptedException {
        return to.queryIn(partition, query, deadlineNanos);
    }

    @Override
    public Applied execute(DirectoryCommand command, long controllerEpoch, long deadlineNanos)
            throws InterruptedException {
        return to.execute(command, controllerEpoch, deadlineNanos);
    }

    @Override
    public void catchUpDirectory(long deadlineNanos) throws InterruptedException {
        to.catchUpDirectory(deadlineNanos);
    }
}
