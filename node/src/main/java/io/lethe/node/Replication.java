package io.lethe.node;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.cluster.DirectoryVoters;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.KeyWrap;
import io.lethe.node.crypto.NodeKeys;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.metadata.ClockWorker;
import io.lethe.node.metadata.LocalDirectory;
import io.lethe.node.metadata.PeerClocks;
import io.lethe.node.metadata.RoutedMetadata;
import io.lethe.node.metadata.raft.EpochKeyWrap;
import io.lethe.node.metadata.raft.RaftAddress;
import io.lethe.node.metadata.raft.RaftHost;
import io.lethe.node.metadata.raft.RaftMetrics;
import io.lethe.node.metadata.raft.RaftSettings;
import io.lethe.node.metadata.raft.ReplicatedLog;
import io.lethe.node.metadata.table.RocksTable;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.rpc.MetadataGrpc;
import io.lethe.node.rpc.NodeChannels;
import io.lethe.node.rpc.NodeGrpc;
import io.lethe.node.rpc.RaftGrpcTransport;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A node's part in the replicated records: its replicas, its copy of the directory, and the way to
 * all groups. What is opened is closed by whoever opens it, in reverse.
 *
 * @param channels to all nodes
 * @param directoryLog of this node's copy
 */
record Replication(
        NodeChannels channels,
        Replicas replicas,
        ReplicatedLog directoryLog,
        LocalDirectory directory,
        RoutedMetadata metadata) {
    /** Metadata calls of other nodes at once; each holds a request of some KiB. */
    private static final int MOST_METADATA_CALLS = 2_048;

    /** First byte of what {@link KeyWrap} gives. */
    private static final int WRAP_FORMAT = 1;

    /** Opens this node's copy of the directory, and serves its replicas to other nodes. */
    static Replication open(Node.Parts parts, DirectoryVoters voters, OpenParts opened)
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
        return new Replication(channels, replicas, own.log(), directory, metadata);
    }

    /** Opens the partitions' replicas that belong here and are not open yet. */
    boolean openPartitions(Keyring keyring) throws InterruptedException {
        return replicas.openPartitions(directory, metadata, keyring);
    }

    /** Nodes that vote in the directory now; the first ones before anybody says. */
    static List<NodeId> directoryVoters(Node.Parts parts, DirectoryVoters first) {
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
                        raftSettings(config, self),
                        new RaftHost.Environment(
                                transport,
                                parts.tasks(),
                                parts.random(),
                                epochKeys(parts.keys()),
                                parts.faults()));
        RaftMetrics.watch(parts.metrics(), host);
        Replicas replicas =
                new Replicas(
                        new Replicas.Parts(
                                parts.identity().id(),
                                parts.build(),
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
        // The logs are closed before the tables that they apply to, and are asked nothing any more
        // before: what fails of a group that is served is a broken invariant.
        var _ = opened.add(replicas);
        var _ = opened.add(host);
        AutoCloseable doors = replicas::serveNoMore;
        var _ = opened.add(doors);
        return replicas;
    }

    static RaftSettings raftSettings(NodeConfig config, RaftAddress self) {
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
    static EpochKeyWrap epochKeys(NodeKeys node) {
        Bytes name = Bytes.utf8("log");
        return new EpochKeyWrap() {
            // A slot has room for the wrapped key alone: its first byte, the format's, is left out.
            @Override
            public byte[] wrap(byte[] key) {
                Bytes wrapped =
                        KeyWrap.wrap(
                                node.logKey(), Purpose.LOG_EPOCH_KEY, name, KeyBytes.copyOf(key));
                Check.that(wrapped.at(0) == WRAP_FORMAT, "a wrapped key's format is known");
                return wrapped.slice(1, wrapped.length()).toArray();
            }

            @Override
            public byte[] unwrap(byte[] wrapped) {
                Bytes whole = new Encoder().u8(WRAP_FORMAT).raw(wrapped).toBytes();
                return KeyWrap.unwrap(node.logKey(), Purpose.LOG_EPOCH_KEY, name, whole)
                        .getEncoded();
            }
        };
    }
}
