package io.lethe.node;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.background.Pacing;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.chunk.wire.DataPlaneClient;
import io.lethe.node.chunk.wire.DataPlaneClientConfig;
import io.lethe.node.chunk.wire.DataPlaneServer;
import io.lethe.node.chunk.wire.DataPlaneServerConfig;
import io.lethe.node.chunk.wire.WireEnvironment;
import io.lethe.node.chunk.wire.WireLoops;
import io.lethe.node.chunk.wire.WireMetrics;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.cluster.Registration;
import io.lethe.node.console.HealthCheck;
import io.lethe.node.controller.ClusterPlan;
import io.lethe.node.controller.Controller;
import io.lethe.node.controller.ControllerPorts;
import io.lethe.node.controller.HolderKeeper;
import io.lethe.node.controller.ReplicaKeeper;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.KeyWrap;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.erasure.kernel.Kernels;
import io.lethe.node.metadata.ClockWorker;
import io.lethe.node.metadata.LocalDirectory;
import io.lethe.node.metadata.PeerClocks;
import io.lethe.node.metadata.RoutedMetadata;
import io.lethe.node.metadata.raft.EpochKeyWrap;
import io.lethe.node.metadata.raft.RaftAddress;
import io.lethe.node.metadata.raft.RaftHost;
import io.lethe.node.metadata.raft.RaftMetrics;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.metadata.raft.RaftSettings;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.StorageClass;
import io.lethe.node.object.BucketSweeper;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.Codecs;
import io.lethe.node.object.ObjectMeters;
import io.lethe.node.object.ObjectPorts;
import io.lethe.node.object.ObjectSettings;
import io.lethe.node.object.Objects;
import io.lethe.node.object.OrphanSweeper;
import io.lethe.node.object.Rebuilder;
import io.lethe.node.object.Reclaimer;
import io.lethe.node.rpc.MetadataGrpc;
import io.lethe.node.rpc.NodeChannels;
import io.lethe.node.rpc.NodeGrpc;
import io.lethe.node.rpc.RaftGrpcTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
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

    /** Metadata calls of other nodes at once; each holds a request of some KiB. */
    private static final int MOST_METADATA_CALLS = 2_048;

    /** First byte of what {@link KeyWrap} gives. */
    private static final int WRAP_FORMAT = 1;

    private final Node.Parts parts;
    private final OpenParts opened;
    private final Replicas replicas;
    private final LocalDirectory directory;
    private final RoutedMetadata metadata;
    private final FreshnessLease lease;
    private final TicketBooth booth;

    /** What a joined node needs from the parts that {@link #open} made first. */
    private Joined(
            Node.Parts parts,
            OpenParts opened,
            Replicas replicas,
            LocalDirectory directory,
            RoutedMetadata metadata,
            FreshnessLease lease,
            TicketBooth booth) {
        this.parts = parts;
        this.opened = opened;
        this.replicas = replicas;
        this.directory = directory;
        this.metadata = metadata;
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
        AtomicReference<@Nullable LocalDirectory> known = new AtomicReference<>();
        NodeChannels channels =
                new NodeChannels(
                        parts.rpcSecurity().channels(),
                        node -> address(node, known.get(), parts),
                        parts.tasks().clock());
        var _ = opened.add(channels);
        PeerClocks clocks = new PeerClocks(parts.tasks().clock());
        Replicas replicas = replicas(parts, channels, clocks, opened);
        Replicas.DirectoryReplica own = replicas.openDirectory(voters);
        LocalDirectory directory = own.directory();
        known.set(directory);
        parts.rpc()
                .addForNodes(
                        new MetadataGrpc(
                                replicas.servers(),
                                parts.tasks(),
                                MOST_METADATA_CALLS,
                                parts.metrics()));
        RoutedMetadata metadata =
                new RoutedMetadata(
                        new RoutedMetadata.Wiring(
                                parts.identity().id(),
                                directory,
                                replicas.servers(),
                                new NodeGrpc(channels, parts.tasks()),
                                parts.tasks(),
                                parts.random(),
                                () -> directoryVoters(parts, voters),
                                own.log()));
        parts.workers()
                .start(
                        new ClockWorker(
                                parts.identity().id(),
                                clocks,
                                () -> directory.nodes().stream().map(NodeRecord::id).toList(),
                                metadata::status,
                                parts.tasks().clock()),
                        ClockWorker.pacing());
        FreshnessLease lease =
                new FreshnessLease(
                        metadata,
                        directory,
                        parts.identity().id(),
                        parts.identity().incarnation(),
                        parts.tasks().clock(),
                        parts.config().lease().toNanos());
        TicketBooth booth =
                new TicketBooth(
                        directory,
                        lease,
                        parts.keys(),
                        parts.identity().id(),
                        parts.tasks().clock());
        Joined joined = new Joined(parts, opened, replicas, directory, metadata, lease, booth);
        joined.startWorkers(own.log(), voters);
        joined.startObjects(voters);
        return joined;
    }

    private static List<NodeId> directoryVoters(Node.Parts parts, DirectoryVoters first) {
        return parts.coordination().directoryVoters().orElse(first).voters().stream()
                .map(DirectoryVoters.Voter::node)
                .toList();
    }

    /** The directory first; before it knows, what is registered. */
    private static Optional<NodeChannels.Address> address(
            NodeId node, @Nullable LocalDirectory directory, Node.Parts parts) {
        return Optional.ofNullable(directory)
                .flatMap(local -> local.node(node))
                .map(record -> new NodeChannels.Address(record.host(), record.rpcPort()))
                .or(
                        () ->
                                Optional.ofNullable(parts.coordination().nodes().get(node))
                                        .map(
                                                said ->
                                                        new NodeChannels.Address(
                                                                said.host(), said.rpcPort())));
    }

    private static Replicas replicas(
            Node.Parts parts, NodeChannels channels, PeerClocks clocks, OpenParts opened)
            throws IOException {
        NodeConfig config = parts.config();
        RaftAddress self = new RaftAddress(config.node().host(), parts.rpc().port());
        RaftGrpcTransport transport =
                new RaftGrpcTransport(
                        self,
                        to -> channels.channel(new NodeChannels.Address(to.host(), to.port())),
                        parts.tasks().clock());
        parts.rpc().addForNodes(transport.service());
        RaftHost host =
                RaftHost.start(
                        settings(config, self),
                        new RaftHost.Environment(
                                transport,
                                parts.tasks(),
                                parts.random(),
                                epochKeys(parts),
                                parts.faults()));
        RaftMetrics.watch(parts.metrics(), host);
        Replicas replicas =
                new Replicas(
                        new Replicas.Parts(
                                parts.identity().id(),
                                self,
                                config.node().data(),
                                host,
                                new RocksTable.Surroundings(
                                        parts.rocks(),
                                        parts.natives(),
                                        parts.faults(),
                                        parts.metrics()),
                                parts.tableThreads(),
                                parts.tasks(),
                                parts.random(),
                                parts.workers(),
                                parts.metrics(),
                                clocks,
                                config.raft().snapshotInterval()));
        // The logs are closed before the tables that they apply to.
        var _ = opened.add(replicas);
        var _ = opened.add(host);
        return replicas;
    }

    private static RaftSettings settings(NodeConfig config, RaftAddress self) {
        RaftSettings standard = RaftSettings.of(config.node().data().resolve("raft"), self);
        return new RaftSettings(
                standard.dir(),
                self,
                (int) config.raft().electionTimeout().toMillis(),
                standard.proposalBytes(),
                standard.appendBytes(),
                standard.proposeTimeoutMillis(),
                standard.snapshotBytesPerSecond());
    }

    /** Log-epoch keys are wrapped by this node's own key, which never leaves it. */
    private static EpochKeyWrap epochKeys(Node.Parts parts) {
        Bytes name = Bytes.utf8("log");
        return new EpochKeyWrap() {
            // A slot has room for the wrapped key alone: its first byte, the format's, is left out.
            @Override
            public byte[] wrap(byte[] key) {
                Bytes wrapped =
                        KeyWrap.wrap(
                                parts.keys().logKey(),
                                Purpose.LOG_EPOCH_KEY,
                                name,
                                KeyBytes.copyOf(key));
                Check.that(wrapped.at(0) == WRAP_FORMAT, "a wrapped key's format is known");
                return wrapped.slice(1, wrapped.length()).toArray();
            }

            @Override
            public byte[] unwrap(byte[] wrapped) {
                Bytes whole = new Encoder().u8(WRAP_FORMAT).raw(wrapped).toBytes();
                return KeyWrap.unwrap(parts.keys().logKey(), Purpose.LOG_EPOCH_KEY, name, whole)
                        .getEncoded();
            }
        };
    }

    private void startWorkers(ReplicatedLog directoryLog, DirectoryVoters first) {
        Keyring keyring = keyring();
        parts.workers().start(lease, OFTEN);
        parts.workers().start(booth, OFTEN);
        parts.workers()
                .start(
                        new Worker() {
                            @Override
                            public String name() {
                                return "partitions";
                            }

                            @Override
                            public Step step() throws InterruptedException {
                                return replicas.openPartitions(directory, metadata, keyring)
                                        ? Step.worked()
                                        : Step.idle();
                            }
                        },
                        OFTEN);
        parts.workers()
                .start(
                        new MembershipWorker(
                                GroupId.DIRECTORY,
                                directoryLog,
                                parts.tasks(),
                                () -> Optional.of(peers(members(first).voters())),
                                () -> Optional.of(peers(members(first).learners())),
                                // The directory has no shard keys.
                                _ -> {}),
                        SECOND);
        ControllerPorts controller =
                new ControllerPorts(
                        parts.tasks(),
                        parts.random(),
                        parts.coordination(),
                        directory,
                        metadata,
                        keyring,
                        plan(parts.config()));
        parts.workers().start(new Controller(controller), OFTEN);
        parts.workers()
                .start(new HolderKeeper(controller, parts.config().lease().toNanos()), SECOND);
        parts.workers().start(new ReplicaKeeper(controller, ReplicaKeeper.GRACE), SECOND);
    }

    private Keyring keyring() {
        return new Keyring(
                parts.rootKeys(),
                directory,
                parts.random(),
                parts.tasks().clock(),
                parts.firstKey());
    }

    private List<RaftPeer> peers(List<DirectoryVoters.Voter> members) {
        return members.stream()
                .map(one -> new RaftPeer(one.host(), one.rpcPort(), one.generation()))
                .toList();
    }

    private DirectoryVoters members(DirectoryVoters first) {
        return parts.coordination().directoryVoters().orElse(first);
    }

    private void startObjects(DirectoryVoters voters) {
        NodeConfig config = parts.config();
        WireLoops loops = WireLoops.open(Runtime.getRuntime().availableProcessors());
        var _ = opened.add(loops);
        WireMetrics serverMetrics = new WireMetrics(parts.metrics(), "server");
        DataPlaneServer server =
                new DataPlaneServer(
                        DataPlaneServerConfig.defaults(
                                voters.cluster(),
                                new InetSocketAddress(
                                        config.listen().host(), config.listen().dataPort())),
                        loops,
                        parts.devices().served(),
                        booth,
                        new WireEnvironment(
                                parts.tasks().clock(),
                                serverMetrics,
                                (thread, e) -> parts.faults().halt(thread.getName(), e)),
                        parts.wireTls());
        server.start();
        serverMetrics.show(server.counters());
        var _ = opened.add(server);
        WireMetrics clientMetrics = new WireMetrics(parts.metrics(), "client");
        DataPlaneClient peers =
                new DataPlaneClient(
                        DataPlaneClientConfig.defaults(voters.cluster()),
                        loops,
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
        ObjectPorts ports =
                new ObjectPorts(
                        parts.tasks(),
                        parts.random(),
                        directory,
                        metadata,
                        peers,
                        booth,
                        keyring(),
                        lease,
                        new Codecs(kernel.kernel()),
                        meters,
                        settings(config));
        startUpkeep(ports);
        ClientServices.View view =
                new ClientServices.View(
                        parts,
                        directory,
                        metadata,
                        peers,
                        booth,
                        () -> directoryVoters(parts, voters));
        ClientServices.add(parts, this, keyring(), new Objects(ports), new Buckets(ports), view);
    }

    private void startUpkeep(ObjectPorts ports) {
        parts.workers().start(new Reclaimer(ports, replicas), UPKEEP);
        parts.workers().start(new Rebuilder(ports, replicas), UPKEEP);
        parts.workers().start(new BucketSweeper(ports, replicas, BucketSweeper.PATIENCE), UPKEEP);
        for (DeviceId device : parts.devices().ids()) {
            parts.workers().start(new OrphanSweeper(ports, parts.devices(), device), UPKEEP);
        }
        parts.devices()
                .upkeep(parts.tasks().clock())
                .forEach(worker -> parts.workers().start(worker, SECOND));
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
                defaults.substituteAfter());
    }

    private Optional<InetSocketAddress> deviceAddress(DeviceId device) {
        return directory
                .device(device)
                .flatMap(record -> directory.node(record.node()))
                .map(node -> new InetSocketAddress(node.host(), node.dataPort()));
    }

    NodeId self() {
        return parts.identity().id();
    }

    LocalDirectory directory() {
        return directory;
    }

    RoutedMetadata metadata() {
        return metadata;
    }

    List<Registration.Damaged> damaged() {
        return replicas.damaged();
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
                        replicas.partitions().size() >= mine,
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
