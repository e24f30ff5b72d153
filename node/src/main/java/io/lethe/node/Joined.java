package io.lethe.node;

import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.chunk.wire.DataPlaneClient;
import io.lethe.node.chunk.wire.DataPlaneClientConfig;
import io.lethe.node.chunk.wire.DataPlaneServer;
import io.lethe.node.chunk.wire.DataPlaneServerConfig;
import io.lethe.node.chunk.wire.WireEnvironment;
import io.lethe.node.chunk.wire.WireMetrics;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.Registration;
import io.lethe.node.console.HealthCheck;
import io.lethe.node.controller.ClusterPlan;
import io.lethe.node.controller.Controller;
import io.lethe.node.controller.ControllerPorts;
import io.lethe.node.controller.HolderKeeper;
import io.lethe.node.controller.IndexKeeper;
import io.lethe.node.controller.LogKeeper;
import io.lethe.node.controller.MergeKeeper;
import io.lethe.node.controller.MoveKeeper;
import io.lethe.node.controller.ReplicaEvener;
import io.lethe.node.controller.ReplicaKeeper;
import io.lethe.node.controller.SplitKeeper;
import io.lethe.node.erasure.kernel.Kernels;
import io.lethe.node.metadata.LocalDirectory;
import io.lethe.node.metadata.MergeWorker;
import io.lethe.node.metadata.RoutedMetadata;
import io.lethe.node.metadata.SplitWorker;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StorageClass;
import io.lethe.node.object.BucketSweeper;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.Codecs;
import io.lethe.node.object.Leadership;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.object.ObjectMeters;
import io.lethe.node.object.ObjectPorts;
import io.lethe.node.object.ObjectSettings;
import io.lethe.node.object.Objects;
import io.lethe.node.object.Rebuilder;
import io.lethe.node.object.Reclaimer;
import io.lethe.node.object.Recoder;
import io.lethe.node.object.UploadHasher;
import io.lethe.node.repair.RepairStatus;
import io.lethe.node.rpc.NodeChannels;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.events.Notifications;
import io.lethe.node.s3.events.SinkAccounts;
import io.lethe.node.s3.events.Sinks;
import io.lethe.node.s3.logging.AccessLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node in its cluster: replicas, data plane, object path, controller, upkeep and client services.
 * Made by one task; closed after the workers have stopped, in reverse of how it was opened.
 */
final class Joined implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Joined.class);
    private static final Pacing OFTEN = Pacing.every(Duration.ofMillis(500).toNanos());
    private static final Pacing SECOND = Pacing.every(Duration.ofSeconds(1).toNanos());
    private static final Pacing UPKEEP = Pacing.every(Duration.ofSeconds(2).toNanos());

    /** Nobody waits for another class: it takes half of the time at most. */
    private static final int RECODE_REST_PERCENT = 100;

    /** Of {@code limits.memory}, beside it: 48 MiB, some ten large chunks under way. */
    private static final int REPAIR_PART = 4;

    /** Of buckets' documents that are kept in parsed form: some ten thousand policies. */
    private static final long MOST_SETTINGS_BYTES = 16L << 20;

    private final Node.Parts parts;
    private final OpenParts opened;

    /** Those that it found when it joined. */
    private final DirectoryVoters voters;

    private final Replication replication;
    private final FreshnessLease lease;
    private final TicketBooth booth;

    /** Known once it has joined. */
    private @Nullable DeviceCare devices;

    private ClientServices.@Nullable Doors doors;

    /** What a joined node needs from the parts that {@link #open} made first. */
    private Joined(
            Node.Parts parts,
            OpenParts opened,
            DirectoryVoters voters,
            Replication replication,
            FreshnessLease lease,
            TicketBooth booth) {
        this.parts = parts;
        this.opened = opened;
        this.voters = voters;
        this.replication = replication;
        this.lease = lease;
        this.booth = booth;
    }

    /** Opens everything; on a failure what was opened is closed again. */
    static Joined open(Node.Parts parts, DirectoryVoters voters) {
        OpenParts opened = new OpenParts();
        boolean whole = false;
        try {
            Joined joined = build(parts, voters, opened);
            whole = true;
            return joined;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (!whole) {
                opened.close();
            }
        }
    }

    private static Joined build(Node.Parts parts, DirectoryVoters voters, OpenParts opened)
            throws IOException {
        Replication replication = Replication.open(parts, voters, opened);
        FreshnessLease lease =
                new FreshnessLease(
                        replication.metadata(),
                        replication.directory(),
                        parts.identity().id(),
                        parts.identity().incarnation(),
                        parts.tasks().clock(),
                        parts.config().lease().toNanos());
        TicketBooth booth =
                new TicketBooth(
                        replication.directory(),
                        lease,
                        parts.keys(),
                        parts.identity().id(),
                        parts.tasks().clock());
        Joined joined = new Joined(parts, opened, voters, replication, lease, booth);
        joined.startWorkers();
        joined.startObjects();
        return joined;
    }

    private void startWorkers() {
        Keyring keyring = keyring();
        // Late by its length, it would have the node serve nothing.
        parts.workers().startUrgent(lease, OFTEN);
        parts.workers().start(booth, OFTEN);
        parts.workers()
                .start(
                        new Worker() {
                            @Override
                            public String name() {
                                return Replicas.PARTITIONS;
                            }

                            @Override
                            public Step step() throws InterruptedException {
                                return replication.openPartitions(keyring)
                                        ? Step.worked()
                                        : Step.idle();
                            }
                        },
                        OFTEN);
        parts.workers()
                .start(
                        new MembershipWorker(
                                GroupId.DIRECTORY,
                                replication.directoryLog(),
                                parts.tasks(),
                                () -> Optional.of(peers(members().voters())),
                                () -> Optional.of(peers(members().learners())),
                                // The directory has no shard keys.
                                _ -> {}),
                        SECOND);
        startController(keyring);
    }

    /** What only the elected controller does: on other nodes these rest. */
    private void startController(Keyring keyring) {
        ControllerPorts controller =
                new ControllerPorts(
                        parts.tasks(),
                        parts.random(),
                        parts.coordination(),
                        replication.directory(),
                        replication.metadata(),
                        keyring,
                        plan(parts.config()));
        parts.workers()
                .start(new Controller(controller, parts.config().device().evictAfter()), OFTEN);
        parts.workers()
                .start(new HolderKeeper(controller, parts.config().lease().toNanos()), SECOND);
        parts.workers().start(new LogKeeper(controller, keyring), OFTEN);
        parts.workers()
                .start(
                        new KeyEnroller(
                                parts.tasks(),
                                replication.directory(),
                                replication.metadata(),
                                parts.identity().id(),
                                parts.keys().signer().publicKey()),
                        UPKEEP);
        parts.workers()
                .start(
                        new ReplicaKeeper(
                                controller,
                                replication.metadata()::members,
                                parts.config().raft().replaceAfter()),
                        SECOND);
        parts.workers()
                .start(
                        new ReplicaEvener(
                                controller,
                                replication.metadata()::isSettled,
                                parts.config().partition().evenAfter()),
                        SECOND);
        parts.workers().start(new IndexKeeper(controller), SECOND);
        CareConfig.Partition split = parts.config().partition();
        parts.workers()
                .start(
                        new SplitKeeper(
                                controller,
                                replication.metadata()::status,
                                new SplitKeeper.Limits(
                                        split.splitSize().bytes(),
                                        split.splitLoad(),
                                        split.splitAfter(),
                                        split.mostPerNode())),
                        OFTEN);
        parts.workers()
                .start(
                        new MergeKeeper(
                                controller, replication.metadata()::status, split.mergeAfter()),
                        SECOND);
        parts.workers().start(new MoveKeeper(controller, parts.config().repair().after()), SECOND);
    }

    private Keyring keyring() {
        return new Keyring(
                parts.rootKeys(),
                replication.directory(),
                parts.random(),
                parts.tasks().clock(),
                parts.firstKey());
    }

    private List<RaftPeer> peers(List<DirectoryVoters.Voter> members) {
        return members.stream()
                .map(one -> new RaftPeer(one.host(), one.rpcPort(), one.generation()))
                .toList();
    }

    private DirectoryVoters members() {
        return parts.coordination().directoryVoters().orElse(voters);
    }

    private void startObjects() {
        NodeConfig config = parts.config();
        WireMetrics serverMetrics = new WireMetrics(parts.metrics(), "server");
        DataPlaneServer server =
                new DataPlaneServer(
                        DataPlaneServerConfig.defaults(
                                voters.cluster(), parts.dataPort().address()),
                        parts.loops(),
                        parts.devices().served(),
                        booth,
                        new WireEnvironment(
                                parts.tasks().clock(),
                                serverMetrics,
                                (thread, e) -> parts.faults().halt(thread.getName(), e)),
                        parts.wireTls());
        server.start(parts.dataPort());
        serverMetrics.show(server.counters());
        var _ = opened.add(server);
        WireMetrics clientMetrics = new WireMetrics(parts.metrics(), "client");
        DataPlaneClient peers =
                new DataPlaneClient(
                        DataPlaneClientConfig.defaults(voters.cluster()),
                        parts.loops(),
                        parts.tasks(),
                        this::deviceAddress,
                        parts.random(),
                        clientMetrics,
                        parts.wireTls());
        clientMetrics.show(peers.counters());
        var _ = opened.add(peers);
        Kernels.Choice kernel =
                Kernels.byName(config.erasure().kernel().name().toLowerCase(Locale.ROOT));
        log.info("erasure kernel: {}", kernel.reason());
        ObjectMeters meters = new ObjectMeters();
        meters.show(parts.metrics());
        BucketSettings bucketSettings =
                new BucketSettings(replication.directory(), MOST_SETTINGS_BYTES);
        Notifications notifications =
                new Notifications(
                        bucketSettings,
                        opened.add(sinks(config.s3())),
                        new SinkAccounts(config.s3().sinkAccounts(), replication.directory()));
        ObjectPorts ports =
                new ObjectPorts(
                        parts.tasks(),
                        parts.random(),
                        replication.directory(),
                        replication.metadata(),
                        peers,
                        booth,
                        keyring(),
                        lease,
                        new Codecs(kernel.kernel()),
                        meters,
                        settings(config),
                        notifications);
        startUpkeep(ports);
        ClientServices.View view =
                new ClientServices.View(
                        parts,
                        replication.directory(),
                        replication.metadata(),
                        peers,
                        booth,
                        this::directoryVoters);
        ClientServices.Doors made = doors(ports, bucketSettings, notifications);
        doors = made;
        S3Upkeep.start(parts, this, made);
        ClientServices.add(parts, this, keyring(), made, view);
    }

    private ClientServices.Doors doors(
            ObjectPorts ports, BucketSettings settings, Notifications notifications) {
        return new ClientServices.Doors(
                new Objects(ports),
                new Buckets(ports),
                settings,
                notifications,
                new AccessLog(replication.directory(), settings));
    }

    private Sinks sinks(NodeConfig.S3 s3) {
        try {
            return Sinks.open(s3.sinks(), s3.sinkSecrets(), self().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startUpkeep(ObjectPorts foreground) {
        LocalDirectory directory = replication.directory();
        parts.workers()
                .start(
                        new SplitWorker(
                                new SplitWorker.Ports(
                                        parts.tasks(),
                                        directory,
                                        replication.metadata(),
                                        replication.replicas()::ledPartitions,
                                        record ->
                                                replication.replicas().settled(record, directory))),
                        OFTEN);
        parts.workers()
                .start(
                        new MergeWorker(
                                new MergeWorker.Ports(
                                        parts.tasks(),
                                        directory,
                                        replication.metadata(),
                                        replication.replicas()::ledPartitions)),
                        OFTEN);
        // Somebody waits for it; not so for the rest.
        parts.workers().start(new UploadHasher(foreground, replication.replicas()), SECOND);
        ObjectPorts ports = foreground.inBackground();
        parts.workers().start(new Reclaimer(ports, replication.replicas()), UPKEEP);
        parts.workers().start(new Rebuilder(ports, replication.replicas()), UPKEEP);
        parts.workers()
                .start(
                        new Recoder(ports, replication.replicas(), ports.settings().writeLease()),
                        UPKEEP.resting(RECODE_REST_PERCENT));
        parts.workers()
                .start(
                        new BucketSweeper(ports, replication.replicas(), BucketSweeper.PATIENCE),
                        UPKEEP);
        MemoryBudget memory =
                new MemoryBudget(
                        parts.tasks(), parts.config().limits().memory().bytes() / REPAIR_PART);
        DeviceCare care = new DeviceCare(parts, ports, memory, directory);
        devices = care;
        care.start();
    }

    private static ObjectSettings settings(NodeConfig config) {
        ObjectSettings defaults = ObjectSettings.defaults();
        return new ObjectSettings(
                (int) config.inline().mostBytes().bytes(),
                config.write().grace(),
                config.reclaim().writeLease(),
                config.limits().memory().bytes() / 2,
                config.limits().memory().bytes() / 2,
                config.reclaim().delay(),
                config.reclaim().orphanAge(),
                defaults.substituteAfter(),
                defaults.leastPartBytes());
    }

    private Optional<InetSocketAddress> deviceAddress(DeviceId device) {
        LocalDirectory directory = replication.directory();
        return directory
                .device(device)
                .flatMap(record -> directory.node(record.node()))
                .map(node -> new InetSocketAddress(node.host(), node.dataPort()));
    }

    NodeId self() {
        return parts.identity().id();
    }

    LocalDirectory directory() {
        return replication.directory();
    }

    /** Which partitions this node leads. */
    Leadership leadership() {
        return replication.replicas();
    }

    RoutedMetadata metadata() {
        return replication.metadata();
    }

    /** Nodes that vote in the directory now. */
    List<NodeId> directoryVoters() {
        return Replication.directoryVoters(parts, voters);
    }

    /** Members of the directory's group, where this node leads it; else as it heard last. */
    ReplicatedLog.Membership directoryMembers() {
        return replication.directoryLog().membership();
    }

    /** What this node's devices are getting now. */
    List<RepairStatus> repairs() {
        return devices().repairs();
    }

    /** Of this node's tickets. */
    TicketBooth booth() {
        return booth;
    }

    /** The devices themselves. */
    StorageDevices storage() {
        return parts.devices();
    }

    /** What clients of this node do with objects and buckets. */
    ClientServices.Doors doors() {
        return java.util.Objects.requireNonNull(doors);
    }

    /** The background work of this node's devices. */
    DeviceCare devices() {
        return java.util.Objects.requireNonNull(devices);
    }

    NodeChannels channels() {
        return replication.channels();
    }

    List<Registration.Damaged> damaged() {
        return replication.replicas().damaged();
    }

    List<HealthCheck> health() {
        List<HealthCheck> checks = new ArrayList<>();
        checks.add(
                new HealthCheck(
                        "directory",
                        HealthCheck.Bearing.READY,
                        lease.valid(),
                        "the directory has no leader that this node can reach"));
        checks.add(
                new HealthCheck(
                        "ticket-keys",
                        HealthCheck.Bearing.READY,
                        booth.ready(),
                        "the controller has given this node no ticket key yet"));
        LocalDirectory directory = replication.directory();
        boolean placed =
                directory.cluster().isPresent()
                        && directory.partitions().size() >= parts.config().cluster().partitions()
                        && !directory.placementGroups().isEmpty();
        checks.add(
                new HealthCheck(
                        "placement",
                        HealthCheck.Bearing.READY,
                        placed,
                        "the cluster has no partitions or placement groups yet"));
        long mine =
                directory.partitions().stream()
                        .filter(
                                record ->
                                        record.voters().stream()
                                                .anyMatch(
                                                        voter ->
                                                                voter.node()
                                                                        .equals(
                                                                                parts.identity()
                                                                                        .id())))
                        .count();
        checks.add(
                new HealthCheck(
                        "replicas",
                        HealthCheck.Bearing.READY,
                        replication.replicas().partitions().size() >= mine,
                        "not all of this node's partition replicas are open"));
        return checks;
    }

    @Override
    public void close() {
        opened.close();
    }

    static ClusterPlan plan(NodeConfig config) {
        NodeConfig.Cluster cluster = config.cluster();
        return new ClusterPlan(
                cluster.name(),
                cluster.expectedNodes(),
                cluster.failureDomain().name().toLowerCase(Locale.ROOT),
                cluster
                        .scheme()
                        .map(
                                scheme ->
                                        new StorageClass(
                                                "standard",
                                                scheme,
                                                config.write().quorum() == NodeConfig.Quorum.ALL))
                        .stream()
                        .toList(),
                cluster.partitions());
    }
}
