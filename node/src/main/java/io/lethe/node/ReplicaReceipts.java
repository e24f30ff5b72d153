package io.lethe.node;

import io.lethe.node.ReplicaFolders.Place;
import io.lethe.node.base.Clock;
import io.lethe.node.metadata.LocalDirectory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.Merge;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.WipeReceipt;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wipes the keys of replicas that are over, and tells whoever answers for them: their partition, or
 * its heir, which knows of them once it has taken the range over. What lies here is forgotten when
 * the receipt has arrived. One task.
 */
final class ReplicaReceipts {
    private static final Logger log = LoggerFactory.getLogger(ReplicaReceipts.class);

    private static final long WITHIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final NodeId self;
    private final ReplicaFolders folders;
    private final Clock clock;

    ReplicaReceipts(NodeId self, ReplicaFolders folders, Clock clock) {
        this.self = self;
        this.folders = folders;
        this.clock = clock;
    }

    /**
     * Whether the heir of a partition that is no more has its range by its own log: until then its
     * replicas are all that knows of the range, should the directory forget the merge.
     */
    boolean isTakenOver(GroupId giver, LocalDirectory directory, Metadata metadata)
            throws InterruptedException {
        Optional<GroupId> next = directory.merged(giver).map(Merge.Done::heir);
        if (next.isEmpty() || directory.merged(next.get()).isPresent()) {
            // An heir gives nothing up before it has what was given to it.
            return next.isPresent();
        }
        GroupId heir = next.get();
        try {
            return metadata.queryIn(
                                    heir,
                                    new PartitionQuery.FindReceipt(giver),
                                    clock.nanos() + WITHIN_NANOS)
                            instanceof PartitionAnswer.ReceiptFound found
                    && found.receipt() != null;
        } catch (StoreException e) {
            log.info("{} does not say whether it has {}: {}", heir, giver, e.getMessage());
            return false;
        }
    }

    /** Of a closed replica of a partition, which may have been merged into another. */
    void wipe(Place place, LocalDirectory directory, Metadata metadata)
            throws InterruptedException {
        WipeReceipt receipt = folders.wipe(place);
        Optional<Merge.Done> merged = directory.merged(place.group());
        KeyCopy copy = KeyCopy.replica(self, place.generation());
        GroupId told = place.group();
        if (merged.isPresent()) {
            copy = KeyCopy.merged(place.group(), self, place.generation());
            told = directory.heirOf(place.group());
            if (!merged.get().receipt().copies().contains(copy)) {
                // Its wipe was told before the merge.
                folders.forget(place);
                return;
            }
        }
        PartitionReply reply;
        try {
            reply =
                    metadata.executeIn(
                            told,
                            new PartitionCommand.DeregisterKeyCopy(copy, receipt),
                            0,
                            clock.nanos() + WITHIN_NANOS);
        } catch (StoreException e) {
            // What else is over must not wait for whom this is to be told.
            log.info("that {} is wiped can't be told now: {}", place, e.getMessage());
            return;
        }
        boolean later =
                reply instanceof PartitionReply.WrongPartition
                        || (merged.isPresent()
                                && receipt.inPlace()
                                && !(reply instanceof PartitionReply.Done));
        log.info("{} is wiped here: {}{}", place, reply, later ? "; to be told once more" : "");
        if (!later) {
            folders.forget(place);
        }
    }
}
