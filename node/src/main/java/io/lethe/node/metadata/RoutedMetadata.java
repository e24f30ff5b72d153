package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.command.AnswerCodec;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.QueryCodec;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.raft.ReplicatedLog.ReadResult;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The whole cluster's metadata from one node: finds the partition in the local directory copy and
 * its leader by hints, asks it (in this process where it leads), and repeats until the deadline
 * what is safe to repeat. Safe for any thread; calls block the task.
 */
public final class RoutedMetadata implements ExportingMetadata, RewrapWitness {
    /**
     * What one node may take to answer before another is asked: longer than a slow disk's sync,
     * shorter than an election, so that a node that hangs costs one such time.
     */
    static final long MOST_ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** Rounds in which a partition's range may turn out to be another before the call gives up. */
    static final int MOST_REROUTES = 50;

    /**
     * The node's parts.
     *
     * @param directoryVoters where the directory's voters are, as the bootstrap says
     * @param directoryLog this node's replica of the directory, voter or learner
     */
    public record Wiring(
            NodeId self,
            Directory directory,
            GroupServers local,
            MetadataTransport transport,
            Tasks tasks,
            RandomSource random,
            Supplier<List<NodeId>> directoryVoters,
            ReplicatedLog directoryLog) {}

    private final Wiring wiring;
    private final Routes routes;

    public RoutedMetadata(Wiring wiring) {
        this.wiring = wiring;
        routes =
                new Routes(
                        wiring.self(),
                        wiring.directory(),
                        wiring.local(),
                        wiring.directoryVoters());
    }

    @Override
    public PartitionReply execute(
            Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos)
            throws InterruptedException {
        Backoff backoff = backoff(deadlineNanos);
        boolean rerouted = false;
        try {
            for (int i = 0; i < MOST_REROUTES; i++) {
                Optional<PartitionRecord> partition = wiring.directory().partitionOf(rowKey);
                if (partition.isPresent()) {
                    PartitionReply reply =
                            executeIn(partition.get().id(), command, checkedAt, deadlineNanos);
                    if (!(reply instanceof PartitionReply.WrongPartition)) {
                        return reply;
                    }
                    rerouted = true;
                }
                refresh(backoff, deadlineNanos);
            }
            throw unroutable(rowKey);
        } catch (StoreException e) {
            throw rerouted ? behind(e) : e;
        }
    }

    /**
     * What goes wrong behind a partition that has not the key any more leaves the outcome open:
     * before that answer another may have been lost, of an attempt from when it had.
     */
    private static StoreException behind(StoreException e) {
        return e.code().category() == ErrorCode.Category.CALLER
                        || e.code() == ErrorCode.OUTCOME_UNKNOWN
                ? e
                : new StoreException(
                        ErrorCode.OUTCOME_UNKNOWN,
                        "the partition was split or merged, and an earlier attempt may have been"
                                + " carried out; then: "
                                + e.getMessage(),
                        e);
    }

    @Override
    public PartitionReply executeIn(
            GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos)
            throws InterruptedException {
        checkLevel(CommandLevels.of(command));
        Stamp stamp = Stamp.asked(checkedAt, 0);
        var request = new MetadataRequest.Execute(CommandCodec.encode(stamp, command));
        return switch (call(partition, request, true, deadlineNanos)) {
            case MetadataResponse.NotLeader _ -> new PartitionReply.WrongPartition(0);
            case MetadataResponse.Replied replied -> ReplyCodec.decodePartition(replied.reply());
            case MetadataResponse other -> throw unexpected(partition, other);
        };
    }

    /** A leader that does not know yet that the level is in force is asked again. */
    private void checkLevel(int needed) {
        int inForce = wiring.directory().featureLevel();
        if (needed > inForce) {
            throw new StoreException(CommandLevels.REFUSED, CommandLevels.refusal(needed, inForce));
        }
    }

    @Override
    public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos)
            throws InterruptedException {
        Backoff backoff = backoff(deadlineNanos);
        for (int i = 0; i < MOST_REROUTES; i++) {
            Optional<PartitionRecord> partition = wiring.directory().partitionOf(rowKey);
            if (partition.isPresent()) {
                PartitionAnswer answer = queryIn(partition.get().id(), query, deadlineNanos);
                if (!(answer instanceof PartitionAnswer.NotInRange)) {
                    return answer;
                }
            }
            refresh(backoff, deadlineNanos);
        }
        throw unroutable(rowKey);
    }

    @Override
    public PartitionAnswer queryIn(GroupId partition, PartitionQuery query, long deadlineNanos)
            throws InterruptedException {
        var request = new MetadataRequest.Ask(QueryCodec.encode(query));
        return switch (call(partition, request, true, deadlineNanos)) {
            case MetadataResponse.NotLeader _ -> new PartitionAnswer.NotInRange();
            case MetadataResponse.Answered answered -> AnswerCodec.decode(answered.answer());
            case MetadataResponse other -> throw unexpected(partition, other);
        };
    }

    @Override
    public Applied execute(DirectoryCommand command, long controllerEpoch, long deadlineNanos)
            throws InterruptedException {
        checkLevel(CommandLevels.of(command));
        Stamp stamp = Stamp.asked(wiring.directory().index(), controllerEpoch);
        var request = new MetadataRequest.Execute(CommandCodec.encode(stamp, command));
        return switch (call(GroupId.DIRECTORY, request, isRepeatable(command), deadlineNanos)) {
            case MetadataResponse.Replied replied ->
                    new Applied(ReplyCodec.decodeDirectory(replied.reply()), replied.index());
            case MetadataResponse other -> throw unexpected(GroupId.DIRECTORY, other);
        };
    }

    /** Whether applying it twice is as good as once, seen from whoever waits for the reply. */
    public static boolean isRepeatable(DirectoryCommand command) {
        return switch (command) {
            // A second group would be made; the second change of a record is refused, which tells
            // the sender that another has changed it.
            case DirectoryCommand.CreatePg _,
                    DirectoryCommand.SetVersioning _,
                    DirectoryCommand.SetBucketLock _,
                    DirectoryCommand.SetBucketSetting _,
                    DirectoryCommand.PutPartition _,
                    DirectoryCommand.InitCluster _ ->
                    false;
            default -> true;
        };
    }

    @Override
    public void catchUpDirectory(long deadlineNanos) throws InterruptedException {
        Backoff backoff = backoff(deadlineNanos);
        while (true) {
            try {
                ReadResult result =
                        wiring.directoryLog().readIndex(deadlineNanos).await(deadlineNanos);
                switch (result) {
                    case ReadResult.Ready _ -> {
                        return;
                    }
                    case ReadResult.Unavailable unavailable -> backoff.pause(unavailable.reason());
                }
            } catch (TimeoutException e) {
                throw new StoreException(
                        ErrorCode.UNAVAILABLE,
                        "this node's directory copy could not be brought up to date in time; is a"
                                + " majority of the directory's voters up?",
                        e);
            }
        }
    }

    /** How a node's replica of a group stands; empty when the node says that it has none. */
    public Optional<ReplicaStatus> status(NodeId node, GroupId group, long deadlineNanos)
            throws InterruptedException {
        return switch (at(node, group, new MetadataRequest.Status(), deadlineNanos)) {
            case MetadataResponse.Stands stands -> Optional.of(stands.status());
            case MetadataResponse.NotLeader _ -> Optional.empty();
            case MetadataResponse.Failed failed ->
                    throw new StoreException(failed.code(), failed.message());
            case MetadataResponse other -> throw unexpected(group, other);
        };
    }

    /** The replicas of a partition, as its leader has them committed. */
    public List<RaftPeer> members(GroupId partition, long deadlineNanos)
            throws InterruptedException {
        return switch (call(partition, new MetadataRequest.Members(), true, deadlineNanos)) {
            case MetadataResponse.Members members -> members.replicas();
            case MetadataResponse.NotLeader _ -> throw merged(partition);
            case MetadataResponse other -> throw unexpected(partition, other);
        };
    }

    /** Who votes in a group by the log of a node's replica; empty when it does not say. */
    public List<RaftPeer> configuration(NodeId node, GroupId group, long deadlineNanos)
            throws InterruptedException {
        return switch (at(node, group, new MetadataRequest.Configuration(), deadlineNanos)) {
            case MetadataResponse.Members members -> members.replicas();
            default -> List.of();
        };
    }

    /**
     * Whether a group has committed that its members are just those of its record.
     *
     * @throws StoreException where its leader doesn't say in time
     */
    public boolean isSettled(PartitionRecord record, long deadlineNanos)
            throws InterruptedException {
        Optional<List<RaftPeer>> wanted = wiring.directory().peers(record);
        return wanted.isPresent()
                && Set.copyOf(wanted.get()).equals(Set.copyOf(members(record.id(), deadlineNanos)));
    }

    @Override
    public MetadataResponse.Exported export(GroupId group, Id128 id, long deadlineNanos)
            throws InterruptedException {
        return exported(
                group,
                call(group, new MetadataRequest.Export(id, Bytes.EMPTY), true, deadlineNanos));
    }

    @Override
    public MetadataResponse.Exported export(
            GroupId group, Id128 id, MetadataResponse.Exported before, long deadlineNanos)
            throws InterruptedException {
        return exported(
                group,
                at(
                        before.node(),
                        group,
                        new MetadataRequest.Export(id, before.cursor()),
                        deadlineNanos));
    }

    private static MetadataResponse.Exported exported(GroupId group, MetadataResponse response) {
        return switch (response) {
            case MetadataResponse.Exported piece -> piece;
            case MetadataResponse.NotLeader _ -> throw merged(group);
            case MetadataResponse.Failed failed ->
                    throw new StoreException(failed.code(), failed.message());
            case MetadataResponse other -> throw unexpected(group, other);
        };
    }

    @Override
    public boolean verify(NodeId node, GroupId group, ShardId shard, long deadlineNanos)
            throws InterruptedException {
        return switch (at(node, group, new MetadataRequest.Verify(shard), deadlineNanos)) {
            case MetadataResponse.Verified verified -> verified.equal();
            case MetadataResponse.Failed failed ->
                    throw new StoreException(failed.code(), failed.message());
            case MetadataResponse other -> throw unexpected(group, other);
        };
    }

    /**
     * Asks until somebody answers as leader, or until it is known that nobody ever will, since the
     * partition was merged into another; returns Replied or Answered, or then NotLeader.
     */
    private MetadataResponse call(
            GroupId group, MetadataRequest request, boolean repeatable, long deadlineNanos)
            throws InterruptedException {
        Backoff backoff = backoff(deadlineNanos);
        while (true) {
            if (wiring.directory().merged(group).isPresent()) {
                return new MetadataResponse.NotLeader(null);
            }
            NodeId node = routes.next(group);
            if (node == null) {
                backoff.pause("the voters of " + group + " are not known yet");
                continue;
            }
            long now = wiring.tasks().clock().nanos();
            long attemptDeadline = now + Math.min(MOST_ATTEMPT_NANOS, deadlineNanos - now);
            MetadataResponse response = at(node, group, request, attemptDeadline);
            switch (response) {
                case MetadataResponse.NotLeader other -> {
                    routes.forget(group, node);
                    if (other.hint() != null && !other.hint().equals(node)) {
                        routes.leads(group, other.hint());
                        backoff.redirected(group);
                    } else {
                        backoff.pause(group + " has no leader");
                    }
                }
                case MetadataResponse.Failed failed -> {
                    routes.forget(group, node);
                    retryOrThrow(request, repeatable, failed, backoff);
                }
                default -> {
                    routes.leads(group, node);
                    return response;
                }
            }
        }
    }

    private static void retryOrThrow(
            MetadataRequest request,
            boolean repeatable,
            MetadataResponse.Failed failed,
            Backoff backoff)
            throws InterruptedException {
        switch (failed.code()) {
            case OUTCOME_UNKNOWN -> {
                boolean changes = request instanceof MetadataRequest.Execute;
                if (changes) {
                    backoff.proposed();
                }
                if (changes && !repeatable) {
                    throw new StoreException(ErrorCode.OUTCOME_UNKNOWN, failed.message());
                }
                backoff.pause(failed.message());
            }
            case UNAVAILABLE, DEADLINE -> backoff.pause(failed.message());
            default -> throw backoff.failure(failed.code(), failed.message());
        }
    }

    private MetadataResponse at(
            NodeId node, GroupId group, MetadataRequest request, long deadlineNanos)
            throws InterruptedException {
        try {
            if (node.equals(wiring.self())) {
                return wiring.local().handle(group, request, deadlineNanos);
            }
            byte[] response =
                    wiring.transport()
                            .call(node, group, MetadataRequest.encode(request), deadlineNanos)
                            .await(deadlineNanos);
            return MetadataResponse.decode(response);
        } catch (StoreException e) {
            return new MetadataResponse.Failed(e.code(), String.valueOf(e.getMessage()));
        } catch (TimeoutException e) {
            return new MetadataResponse.Failed(
                    ErrorCode.OUTCOME_UNKNOWN, "node " + node + " did not answer in time");
        } catch (CorruptEncoding e) {
            return new MetadataResponse.Failed(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "node " + node + " answered what this version can't read: " + e.getMessage());
        }
    }

    private void refresh(Backoff backoff, long deadlineNanos) throws InterruptedException {
        backoff.pause("no partition is known to own the key");
        catchUpDirectory(deadlineNanos);
    }

    private Backoff backoff(long deadlineNanos) {
        return new Backoff(wiring.tasks(), wiring.random(), deadlineNanos);
    }

    private static StoreException merged(GroupId group) {
        return new StoreException(
                ErrorCode.UNAVAILABLE, group + " was merged into another; see `lethe partitions`");
    }

    private static StoreException unroutable(Bytes rowKey) {
        return new StoreException(
                ErrorCode.UNAVAILABLE,
                "no partition takes the row key " + rowKey + "; see `lethe partitions`");
    }

    private static StoreException unexpected(GroupId group, MetadataResponse response) {
        return new StoreException(
                ErrorCode.INTERNAL,
                group + " answered with " + response.getClass().getSimpleName());
    }
}
