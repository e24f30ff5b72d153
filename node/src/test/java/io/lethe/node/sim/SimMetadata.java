package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Promise;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.RoutedMetadata;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.SegmentState;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.sim.SimGroup.Outcome;
import io.lethe.node.sim.SimGroup.Replica;
import io.lethe.node.sim.SimLoop.Life;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Routing to the groups' leaders over the simulated network, by the rules of the real one: follow
 * hints, repeat what may be repeated until the deadline, say OUTCOME_UNKNOWN when something was
 * proposed and no answer came.
 */
final class SimMetadata implements Metadata {
    private static final long ATTEMPT_NANOS = 1_500 * SimNetwork.MILLI;
    private static final long PAUSE_NANOS = 120 * SimNetwork.MILLI;

    /** What a node answers to one attempt. */
    private sealed interface Response {
        record Came(Outcome outcome) implements Response {}

        record Answered(PartitionAnswer answer) implements Response {}

        /** Certainly not proposed. */
        record NotNow() implements Response {}

        /** The partition was merged into another. */
        record Gone() implements Response {}

        record Unknown() implements Response {}
    }

    private interface Server {
        void handle(Life there, Replica replica, Consumer<Response> to);
    }

    private final SimLoop loop;
    private final SimNetwork network;
    private final Life life;
    private final Tasks tasks;
    private final Directory directory;
    private final Map<GroupId, SimGroup> groups;
    private final RandomSource random;
    private final Plant plant;
    private final Map<GroupId, Integer> hints = new TreeMap<>();

    SimMetadata(
            SimLoop loop,
            SimNetwork network,
            Life life,
            Directory directory,
            Map<GroupId, SimGroup> groups,
            Plant plant) {
        this.loop = loop;
        this.network = network;
        this.life = life;
        this.directory = directory;
        this.groups = groups;
        this.plant = plant;
        tasks = new SimTasks(loop, life);
        random = RandomSource.seeded(loop.random.nextLong());
    }

    @Override
    public PartitionReply execute(
            Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos)
            throws InterruptedException {
        boolean rerouted = false;
        while (true) {
            Optional<PartitionRecord> partition = directory.partitionOf(rowKey);
            if (partition.isPresent()) {
                PartitionReply reply;
                try {
                    reply = executeIn(partition.get().id(), command, checkedAt, deadlineNanos);
                } catch (StoreException e) {
                    // Before it was sent on, an answer may have been lost.
                    throw rerouted ? unknown() : e;
                }
                if (!(reply instanceof PartitionReply.WrongPartition)) {
                    return reply;
                }
                rerouted = true;
            }
            pause(deadlineNanos, rerouted);
            catchUp(deadlineNanos, rerouted);
        }
    }

    @Override
    public PartitionReply executeIn(
            GroupId partition, PartitionCommand command, long checkedAt, long deadlineNanos)
            throws InterruptedException {
        Server server =
                (there, replica, to) -> {
                    Consumer<Outcome> done = outcome -> to.accept(new Response.Came(outcome));
                    Runnable propose =
                            () ->
                                    group(partition)
                                            .propose(replica, command, checkedAt, there, done);
                    if (command instanceof PartitionCommand.OpenWrite open) {
                        withShard(there, replica, open.tenant(), propose);
                    } else {
                        propose.run();
                    }
                };
        Response response = call(partition, server, true, true, deadlineNanos);
        if (response instanceof Response.Came(Outcome.Partition(PartitionReply reply))) {
            return reply;
        }
        if (response instanceof Response.Gone) {
            return new PartitionReply.WrongPartition(0);
        }
        throw new IllegalStateException("an unexpected response: " + response);
    }

    @Override
    public PartitionAnswer query(Bytes rowKey, PartitionQuery query, long deadlineNanos)
            throws InterruptedException {
        while (true) {
            Optional<PartitionRecord> partition = directory.partitionOf(rowKey);
            if (partition.isPresent()) {
                PartitionAnswer answer = queryIn(partition.get().id(), query, deadlineNanos);
                if (!(answer instanceof PartitionAnswer.NotInRange)) {
                    return answer;
                }
            }
            pause(deadlineNanos, false);
            catchUp(deadlineNanos, false);
        }
    }

    @Override
    public PartitionAnswer queryIn(GroupId partition, PartitionQuery query, long deadlineNanos)
            throws InterruptedException {
        Server server =
                (there, replica, to) -> {
                    if (plant == Plant.STALE_READS && !replica.rows.family(META).isEmpty()) {
                        to.accept(answer(replica, query));
                        return;
                    }
                    group(partition)
                            .readIndex(
                                    replica, false, read -> ask(read, there, replica, query, to));
                };
        if (plant == Plant.STALE_READS) {
            hints.remove(partition);
        }
        Response response = call(partition, server, false, true, deadlineNanos);
        if (response instanceof Response.Answered(PartitionAnswer answer)) {
            return answer;
        }
        if (response instanceof Response.Gone) {
            return new PartitionAnswer.NotInRange();
        }
        throw new IllegalStateException("an unexpected response: " + response);
    }

    private static final io.lethe.node.metadata.state.Family META =
            io.lethe.node.metadata.state.Family.META;

    private void ask(
            boolean read,
            Life there,
            Replica replica,
            PartitionQuery query,
            Consumer<Response> to) {
        if (!read) {
            to.accept(new Response.NotNow());
        } else if (query instanceof PartitionQuery.OpenShardOf(TenantId tenant)) {
            withShard(there, replica, tenant, () -> to.accept(answer(replica, query)));
        } else {
            to.accept(answer(replica, query));
        }
    }

    private Response answer(Replica replica, PartitionQuery query) {
        PartitionAnswer answer = PartitionState.answer(replica.rows, query);
        if (plant == Plant.OPEN_IS_CLOSED
                && answer instanceof PartitionAnswer.WriteStates(List<SegmentState> states)) {
            List<SegmentState> wrong =
                    states.stream()
                            .map(
                                    one ->
                                            one.state() == WriteState.OPEN
                                                    ? new SegmentState(WriteState.CLOSED, null)
                                                    : one)
                            .toList();
            return new Response.Answered(new PartitionAnswer.WriteStates(wrong));
        }
        if (plant == Plant.NEWEST_FIRST && answer instanceof PartitionAnswer.EventPage page) {
            return new Response.Answered(
                    new PartitionAnswer.EventPage(
                            page.rows().reversed(), page.waiting(), page.dropped()));
        }
        return new Response.Answered(answer);
    }

    /** Has the tenant's shard opened first when there is none, as the leader's node does. */
    private void withShard(Life there, Replica replica, TenantId tenant, Runnable then) {
        PartitionAnswer answer =
                PartitionState.answer(replica.rows, new PartitionQuery.OpenShardOf(tenant));
        if (answer instanceof PartitionAnswer.Shard(ShardGrant grant) && grant == null) {
            byte[] key = new byte[32];
            random.fill(key);
            ShardGrant fresh =
                    new ShardGrant(new ShardId(Id128.random(random)), tenant, 1, Bytes.wrap(key));
            group(replica.group())
                    .propose(
                            replica,
                            new PartitionCommand.OpenShard(fresh),
                            0,
                            there,
                            outcome -> then.run());
        } else {
            then.run();
        }
    }

    @Override
    public Applied execute(DirectoryCommand command, long controllerEpoch, long deadlineNanos)
            throws InterruptedException {
        boolean repeatable = RoutedMetadata.isRepeatable(command);
        Server server =
                (there, replica, to) ->
                        group(GroupId.DIRECTORY)
                                .propose(
                                        replica,
                                        command,
                                        controllerEpoch,
                                        there,
                                        outcome -> to.accept(new Response.Came(outcome)));
        Response response = call(GroupId.DIRECTORY, server, true, repeatable, deadlineNanos);
        if (response instanceof Response.Came(Outcome.Directory(var reply, long index))) {
            return new Applied(reply, index);
        }
        throw new IllegalStateException("an unexpected response: " + response);
    }

    private void catchUp(long deadlineNanos, boolean proposed) throws InterruptedException {
        try {
            catchUpDirectory(deadlineNanos);
        } catch (StoreException e) {
            throw proposed ? unknown() : e;
        }
    }

    @Override
    public void catchUpDirectory(long deadlineNanos) throws InterruptedException {
        SimGroup group = group(GroupId.DIRECTORY);
        while (true) {
            Replica own = group.on(life.node);
            Promise<Boolean> caught = tasks.promise();
            if (own != null) {
                group.readIndex(own, true, caught::complete);
                if (within(caught, deadlineNanos)) {
                    return;
                }
            }
            pause(deadlineNanos, false);
        }
    }

    private static boolean within(Promise<Boolean> caught, long deadlineNanos)
            throws InterruptedException {
        try {
            return caught.await(deadlineNanos);
        } catch (TimeoutException e) {
            return false;
        }
    }

    private SimGroup group(GroupId id) {
        SimGroup group = groups.get(id);
        if (group == null) {
            throw new IllegalStateException("no group " + id);
        }
        return group;
    }

    private Response call(
            GroupId id, Server server, boolean changes, boolean repeatable, long deadlineNanos)
            throws InterruptedException {
        SimGroup group = group(id);
        boolean proposed = false;
        while (true) {
            if (directory.merged(id).isPresent()) {
                return new Response.Gone();
            }
            Integer hint = hints.get(id);
            List<Replica> voters = group.replicas.stream().filter(r -> r.voter).toList();
            int node = hint != null ? hint : voters.get(loop.random.nextInt(voters.size())).node;
            Response response = attempt(group, node, server, deadlineNanos);
            switch (response) {
                case Response.Came(Outcome.Partition _), Response.Came(Outcome.Directory _) -> {
                    hints.put(id, node);
                    return response;
                }
                case Response.Answered _ -> {
                    hints.put(id, node);
                    return response;
                }
                case Response.Came(Outcome.Unknown _), Response.Unknown _ -> {
                    hints.remove(id);
                    proposed |= changes;
                    if (changes && !repeatable) {
                        throw unknown();
                    }
                }
                case Response.Came(Outcome.NotLeader _), Response.NotNow _, Response.Gone _ ->
                        follow(group, node);
            }
            pause(deadlineNanos, proposed);
        }
    }

    private void follow(SimGroup group, int node) {
        Replica leader = group.leader();
        if (leader != null && leader.node != node && loop.chance(900)) {
            hints.put(group.id, leader.node);
        } else {
            hints.remove(group.id);
        }
    }

    private Response attempt(SimGroup group, int node, Server server, long deadlineNanos)
            throws InterruptedException {
        Promise<Response> promise = tasks.promise();
        network.send(
                life,
                node,
                there -> {
                    Replica replica = group.on(node);
                    if (replica != null && !replica.closed) {
                        server.handle(
                                there,
                                replica,
                                response ->
                                        network.send(
                                                there,
                                                life.node,
                                                here -> promise.complete(response),
                                                () -> {}));
                    }
                },
                () -> {
                    if (loop.chance(500)) {
                        promise.complete(new Response.NotNow());
                    }
                });
        long most = Math.min(deadlineNanos, loop.nanos() + ATTEMPT_NANOS);
        try {
            return promise.await(most);
        } catch (TimeoutException e) {
            return new Response.Unknown();
        }
    }

    private void pause(long deadlineNanos, boolean proposed) throws InterruptedException {
        if (loop.nanos() >= deadlineNanos) {
            throw proposed
                    ? unknown()
                    : new StoreException(ErrorCode.UNAVAILABLE, "no leader in time");
        }
        tasks.sleep(Math.min(deadlineNanos - loop.nanos(), loop.within(PAUSE_NANOS)));
    }

    private static StoreException unknown() {
        return new StoreException(ErrorCode.OUTCOME_UNKNOWN, "no answer to a proposal in time");
    }
}
