package io.lethe.node.tenant;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.KeyRanges;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * When a change of the directory is in effect: every node that may hold a freshness lease says that
 * its copy has it, or its last possible lease has run out; and, of what must meet running writes
 * too, every partition is fenced at it, so that nothing commits that was checked before. Safe for
 * any task.
 */
public final class InEffect {
    private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Asks a node how far its copy of the directory is. */
    public interface Copies {
        /**
         * @throws StoreException where it does not answer in time
         */
        boolean has(NodeId node, long index, long deadlineNanos) throws InterruptedException;
    }

    private final Tasks tasks;
    private final Metadata metadata;
    private final Directory directory;
    private final Copies copies;
    private final long leaseNanos;

    /**
     * @param leaseNanos a lease's full length; two hundredths more are waited, for a holder's clock
     *     that runs 1 % slow and this one 1 % fast
     */
    public InEffect(
            Tasks tasks, Metadata metadata, Directory directory, Copies copies, long leaseNanos) {
        this.tasks = tasks;
        this.metadata = metadata;
        this.directory = directory;
        this.copies = copies;
        this.leaseNanos = leaseNanos + leaseNanos / 50;
    }

    /**
     * Waits until a change that was just made is in effect.
     *
     * @param index of the change
     * @param writesToo fences every partition
     * @throws StoreException OUTCOME_UNKNOWN where that is not so by the deadline: the change
     *     stands
     */
    public void await(long index, boolean writesToo, long deadlineNanos)
            throws InterruptedException {
        long since = tasks.clock().nanos();
        try {
            metadata.catchUpDirectory(deadlineNanos);
            if (writesToo) {
                fence(index, deadlineNanos);
            }
            confirm(index, since, deadlineNanos);
        } catch (StoreException e) {
            throw new StoreException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "the change is made, but not yet in effect everywhere; repeat it: "
                            + e.getMessage(),
                    e);
        }
    }

    private void fence(long index, long deadlineNanos) throws InterruptedException {
        KeyRanges ranges = new KeyRanges(metadata, directory, tasks);
        KeyRanges.Piece<PartitionReply> piece;
        for (Bytes at = Bytes.EMPTY; ; at = piece.to()) {
            piece =
                    ranges.execute(
                            at,
                            Bytes.EMPTY,
                            new PartitionCommand.Fence(index),
                            index,
                            deadlineNanos);
            if (!(piece.said() instanceof PartitionReply.Done)) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE, piece.partition() + " answered " + piece.said());
            }
            if (!piece.goesOn(Bytes.EMPTY)) {
                return;
            }
        }
    }

    private void confirm(long index, long since, long deadlineNanos) throws InterruptedException {
        // Read after this copy has the change: who is no holder yet gets a lease only with it.
        List<NodeId> open = new ArrayList<>(directory.holders().keySet());
        while (!open.isEmpty() && tasks.clock().nanos() - since < leaseNanos) {
            open = lacking(open, index, deadlineNanos);
            if (deadlineNanos - tasks.clock().nanos() <= 0) {
                throw new StoreException(
                        ErrorCode.DEADLINE, open.size() + " nodes have not said that they have it");
            }
            if (!open.isEmpty()) {
                tasks.sleep(AGAIN_NANOS);
            }
        }
    }

    private List<NodeId> lacking(List<NodeId> nodes, long index, long deadlineNanos)
            throws InterruptedException {
        long until = Math.min(deadlineNanos, tasks.clock().nanos() + ASK_NANOS);
        List<Promise<Boolean>> answers = new ArrayList<>();
        for (NodeId node : nodes) {
            Promise<Boolean> answer = tasks.promise();
            answers.add(answer);
            tasks.fork(
                    "confirm-" + node,
                    () -> {
                        try {
                            answer.complete(copies.has(node, index, until));
                        } catch (StoreException | InterruptedException e) {
                            answer.complete(false);
                        }
                    });
        }
        List<NodeId> lacking = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            boolean has;
            try {
                has = answers.get(i).await(until);
            } catch (TimeoutException e) {
                has = false;
            }
            if (!has) {
                lacking.add(nodes.get(i));
            }
        }
        return lacking;
    }
}
