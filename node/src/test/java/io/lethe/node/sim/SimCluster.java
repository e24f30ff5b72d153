package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.chunk.FakeChunkStore;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.controller.ClusterPlan;
import io.lethe.node.erasure.kernel.Kernels;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.KeyCopy;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.metadata.state.MapRows;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.object.Codecs;
import io.lethe.node.object.ObjectSettings;
import io.lethe.node.placement.VoterPlanner;
import io.lethe.node.sim.SimLoop.Life;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All nodes, groups and devices of one run, and how they are born. */
final class SimCluster {
    private static final Codecs CODECS = new Codecs(Kernels.best().kernel());
    private static final int[][] CODES = {{1, 1}, {2, 1}, {2, 1}, {2, 2}, {3, 2}, {4, 2}};

    static final TenantId TENANT = new TenantId(new Id128(7, 7));

    /** Seeds with a bucket storm. */
    private static final int STORM_PER_THOUSAND = 200;

    final SimLoop loop;

    /** Many clients make, fill and delete one bucket at once, over a network that is often late. */
    final boolean storm;

    final SimNetwork network;
    final Plant plant;
    final Codecs codecs = CODECS;
    final ObjectSettings settings;
    final ClusterPlan plan;
    final Scheme scheme;
    final Map<GroupId, SimGroup> groups = new TreeMap<>();
    final Map<DeviceId, SimDevice> devices = new LinkedHashMap<>();
    final List<SimNode> nodes = new ArrayList<>();
    final Map<String, Integer> workerFailures = new TreeMap<>();
    final SimEars ears;

    /** How long a device may be away before its chunks are made anew elsewhere. */
    final Duration repairAfter;

    final SimBuilds builds;

    private final SimGroup.Births births =
            new SimGroup.Births() {
                @Override
                public void halted(int node) {
                    loop.after(0, () -> nodes.get(node).halt());
                }

                @Override
                public void born(
                        SimGroup parent, PartitionCommand.Split split, int node, MapRows rows) {
                    SimCluster.this.born(parent, split, node, rows);
                }
            };
    private final SimGroup.Observer observer;
    private final SimZooKeeper zooKeeper;
    private final DirectoryVoters voters;

    SimCluster(SimLoop loop, Plant plant, SimGroup.Observer observer) {
        this.loop = loop;
        this.plant = plant;
        this.observer = observer;
        builds = new SimBuilds(loop, this::level);
        storm = loop.chance(STORM_PER_THOUSAND) || plant == Plant.ANY_MARK;
        RandomSource random = RandomSource.seeded(loop.random.nextLong());
        ears = new SimEars(loop.random.nextLong());
        int[] code = CODES[loop.random.nextInt(CODES.length)];
        scheme = new Scheme(code[0], code[1], Scheme.LEAST_CELL_BYTES);
        int count = Math.max(3, scheme.width() + loop.random.nextInt(2));
        network = new SimNetwork(loop, count);
        settings =
                new ObjectSettings(
                        4 * 1024,
                        Duration.ofMillis(50 + loop.random.nextInt(400)),
                        Duration.ofSeconds(3 + loop.random.nextInt(18)),
                        4L << 20,
                        4L << 20,
                        Duration.ofSeconds(5),
                        orphanAge(),
                        Duration.ofSeconds(4 + loop.random.nextInt(20)),
                        1);
        StorageClass standard = new StorageClass("standard", scheme, loop.chance(200));
        repairAfter = Duration.ofSeconds(3 + loop.random.nextInt(20));
        int partitions = 1 + loop.random.nextInt(3);
        plan = new ClusterPlan("sim", count, "node", List.of(standard), partitions);
        for (int i = 0; i < count; i++) {
            nodes.add(new SimNode(this, i, new NodeId(Id128.random(random))));
        }
        List<DirectoryVoters.Voter> chosen = new ArrayList<>();
        nodes.forEach(n -> chosen.add(new DirectoryVoters.Voter(n.id, "node", 1, 0)));
        voters = new DirectoryVoters(new Id128(1, 1), chosen);
        zooKeeper = new SimZooKeeper(loop, voters);
        makeDevices(random);
        makeGroups();
    }

    /** Now and then as long as a write takes: sweepers must ask, and not go by age. */
    private Duration orphanAge() {
        return loop.chance(400)
                ? Duration.ofMillis(1 + loop.random.nextInt(1_000))
                : Duration.ofSeconds(2 + loop.random.nextInt(15));
    }

    private void makeDevices(RandomSource random) {
        for (SimNode node : nodes) {
            for (int i = loop.random.nextInt(4) == 0 ? 2 : 1; i > 0; i--) {
                node.devices.add(makeDevice(node, random));
            }
        }
    }

    private SimDevice makeDevice(SimNode node, RandomSource random) {
        DeviceId id = new DeviceId(Id128.random(random));
        FakeChunkStore store =
                new FakeChunkStore(
                        id, new SimTasks(loop, new Life("disk", node.index)).clock(), random);
        SimDevice device = new SimDevice(id, node.index, store, loop);
        devices.put(id, device);
        return device;
    }

    /** Loses a device for good, and puts an empty one in its place. */
    void loseDevice(SimDevice lost) {
        SimNode node = nodes.get(lost.node);
        devices.remove(lost.id);
        node.replaceDevice(lost, makeDevice(node, RandomSource.seeded(loop.random.nextLong())));
    }

    private void makeGroups() {
        List<VoterPlanner.Seat> seats =
                nodes.stream().map(n -> new VoterPlanner.Seat(n.id, n.id.toString())).toList();
        int each = VoterPlanner.voters(scheme.m(), nodes.size());
        List<List<NodeId>> plans = VoterPlanner.plan(plan.partitions() + 1, each, seats);
        for (int i = 0; i < plans.size(); i++) {
            SimGroup group =
                    new SimGroup(new GroupId(i), loop, network, observer, plant, births, builds);
            for (SimNode node : nodes) {
                boolean votes = plans.get(i).contains(node.id);
                if (votes || i == 0) {
                    var _ = group.add(node.index, votes);
                }
            }
            groups.put(group.id, group);
        }
    }

    /** A replica has come to the split of its group: it has the child from here on. */
    private void born(SimGroup parent, PartitionCommand.Split split, int node, MapRows rows) {
        SimGroup child = groups.get(split.child());
        if (child == null) {
            child = new SimGroup(split.child(), loop, network, observer, plant, births, builds);
            child.leaderLossPerThousand = parent.leaderLossPerThousand;
            for (PartitionCommand.Founder founder : split.founders()) {
                nodes.stream()
                        .filter(one -> one.id.equals(founder.node()))
                        .forEach(child::addUnborn);
            }
            groups.put(child.id, child);
        }
        if (!child.begins(parent, rows)) {
            throw new IllegalStateException("replicas of " + child.id + " begin unlike");
        }
        SimGroup.Replica replica = child.on(node);
        if (replica != null && !replica.born) {
            replica.bear(rows);
        }
    }

    /** The feature level in force, as a node's copy of the directory has it. */
    private int level(int node) {
        SimGroup.Replica own = directory().on(node);
        return own == null ? 1 : new DirectoryReader(own.rows).featureLevel();
    }

    /** Partitions that were split off. */
    int splits() {
        return groups.size() - 1 - plan.partitions();
    }

    /** Partitions that were merged into others. */
    int merges() {
        return (int)
                groups.keySet().stream()
                        .filter(one -> Checks.newestDirectory(this).merged(one).isPresent())
                        .count();
    }

    /** What of a merged partition is not known to be wiped, and what its heir says of that. */
    String unwiped(SimGroup group) {
        GroupId heir = Checks.newestDirectory(this).heirOf(group.id);
        SimGroup there = groups.get(heir);
        return group.replicas.stream().filter(one -> !one.wiped).map(one -> one.node).toList()
                + " of "
                + Checks.newestDirectory(this).merged(group.id)
                + "; "
                + heir
                + " says "
                + (there == null
                        ? "nothing"
                        : PartitionState.answer(
                                Checks.newest(there).rows, new PartitionQuery.KeyCopies(null, 100)))
                + nodes.stream().map(one -> one.index + ": " + one.id).toList();
    }

    SimGroup directory() {
        SimGroup group = groups.get(GroupId.DIRECTORY);
        if (group == null) {
            throw new IllegalStateException("no directory");
        }
        return group;
    }

    SimZooKeeper zooKeeper() {
        return zooKeeper;
    }

    void workerFailed(String worker, String why) {
        var _ = workerFailures.merge(worker + " " + why, 1, Integer::sum);
    }

    /** Writes the first records; one task of the clients' life, before there are faults. */
    void bear(SimMetadata metadata) throws InterruptedException {
        long deadline = loop.nanos() + 60_000 * SimNetwork.MILLI;
        List<DirectoryCommand> first = new ArrayList<>();
        first.add(
                new DirectoryCommand.InitCluster(
                        voters.cluster(),
                        plan.name(),
                        plan.failureDomain(),
                        plan.classes(),
                        builds.firstLevel()));
        for (PartitionRecord partition : partitions()) {
            first.add(new DirectoryCommand.PutPartition(partition));
        }
        for (DirectoryCommand command : first) {
            var _ = metadata.execute(command, 0, deadline);
        }
        for (PartitionRecord partition : partitions()) {
            var _ =
                    metadata.executeIn(
                            partition.id(),
                            new PartitionCommand.Init(
                                    partition.from(),
                                    partition.to(),
                                    0,
                                    partition.voters().stream()
                                            .map(r -> KeyCopy.replica(r.node(), r.generation()))
                                            .toList()),
                            0,
                            deadline);
        }
    }

    private List<PartitionRecord> partitions() {
        List<PartitionRecord> records = new ArrayList<>();
        int count = plan.partitions();
        for (int i = 0; i < count; i++) {
            SimGroup group = groups.get(new GroupId(i + 1));
            if (group != null) {
                records.add(
                        new PartitionRecord(
                                group.id,
                                bound(i, count),
                                bound(i + 1, count),
                                group.replicas.stream()
                                        .map(r -> nodes.get(r.node).id)
                                        .map(n -> new PartitionRecord.Replica(n, 0))
                                        .toList(),
                                List.of(),
                                1));
            }
        }
        return records;
    }

    private static Bytes bound(int i, int count) {
        int hash = i * 65_536 / count;
        return i == 0 || i == count ? Bytes.EMPTY : new Encoder().u8(hash >>> 8).u8(hash).toBytes();
    }
}
