package io.lethe.node;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.wire.DataPlaneClient;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.MergePlanner;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.ReplicaStatus;
import io.lethe.node.metadata.RoutedMetadata;
import io.lethe.node.metadata.SplitPlanner;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.Build;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.Ticket;
import io.lethe.node.model.UserRecord;
import io.lethe.node.object.Asker;
import io.lethe.node.object.Buckets;
import io.lethe.node.object.Caller;
import io.lethe.node.object.MemoryBudget;
import io.lethe.node.object.Objects;
import io.lethe.node.object.Standing;
import io.lethe.node.rpc.Authenticator;
import io.lethe.node.rpc.BackupDoor;
import io.lethe.node.rpc.BucketDoor;
import io.lethe.node.rpc.ClusterDoor;
import io.lethe.node.rpc.ClusterView;
import io.lethe.node.rpc.IdentityDoor;
import io.lethe.node.rpc.NodeReports;
import io.lethe.node.rpc.ObjectDoor;
import io.lethe.node.rpc.PolicyGate;
import io.lethe.node.rpc.Requests;
import io.lethe.node.rpc.TenantDoor;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.S3Credentials;
import io.lethe.node.s3.S3Door;
import io.lethe.node.s3.S3Ports;
import io.lethe.node.s3.S3Settings;
import io.lethe.node.s3.S3Tenants;
import io.lethe.node.s3.events.Notifications;
import io.lethe.node.s3.logging.AccessLog;
import io.lethe.node.tenant.Identities;
import io.lethe.node.tenant.InEffect;
import io.lethe.node.tenant.Tenants;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What clients may call, wired to the node's parts. Safe for any thread. */
final class ClientServices {
    /** An operator's question waits this long for one node, and then shows what the others said. */
    private static final Duration ASK_WITHIN = Duration.ofSeconds(2);

    private static final Duration KEY_WITHIN = Duration.ofSeconds(5);

    /**
     * Documents that requests carry may take this part of what bodies and cells may, beside them:
     * at the default one list of the longest keys at once, or dozens of usual ones.
     */
    private static final int DOCUMENTS_PART = 8;

    private ClientServices() {}

    /** What the doors open to. */
    record Doors(
            Objects objects,
            Buckets buckets,
            BucketSettings settings,
            Notifications notifications,
            AccessLog accessLog) {}

    static void add(
            Node.Parts parts, Joined joined, Keyring keyring, Doors doors, ClusterView view) {
        Authenticator.Keys keys = keys(parts, joined.directory(), joined.metadata(), keyring);
        Authenticator authenticator =
                new Authenticator(keys, parts.tasks().clock(), parts.random());
        Requests requests =
                new Requests(parts.tasks(), parts.config().limits().requests(), parts.metrics());
        PolicyGate policies =
                new PolicyGate(joined.directory(), parts.tasks().clock(), parts.tls() != null);
        parts.rpc()
                .addForClients(new ObjectDoor(doors.objects(), policies, requests), authenticator);
        parts.rpc()
                .addForClients(new BucketDoor(doors.buckets(), policies, requests), authenticator);
        addTenants(parts, joined, keyring, requests, authenticator);
        NodeReports reports =
                new NodeReports(
                        parts.identity().id(),
                        parts.workers()::statuses,
                        parts.devices()::paths,
                        joined::repairs,
                        joined.devices()::add,
                        joined.channels(),
                        parts.tasks());
        parts.rpc().addForNodes(reports);
        parts.rpc()
                .addForClients(
                        new BackupDoor(
                                view,
                                BackupUpkeep.start(parts, joined, doors.objects(), doors.buckets()),
                                requests),
                        authenticator);
        parts.rpc().addForClients(new ClusterDoor(view, reports, requests), authenticator);
        NodeConfig.S3 s3 = parts.config().s3();
        parts.s3Front()
                .open(
                        new S3Door(
                                new S3Ports(
                                        doors.objects(),
                                        doors.buckets(),
                                        doors.settings(),
                                        doors.notifications(),
                                        doors.accessLog(),
                                        credentials(keys, keyring),
                                        new KnownTenants(
                                                parts, joined.directory(), joined.metadata()),
                                        parts.tasks(),
                                        parts.random(),
                                        new MemoryBudget(
                                                parts.tasks(),
                                                parts.config().limits().memory().bytes()
                                                        / DOCUMENTS_PART),
                                        new S3Settings(
                                                s3.region(),
                                                s3.domains(),
                                                s3.websiteDomains(),
                                                s3.requestTime(),
                                                S3Settings.PATIENCE))));
    }

    private static void addTenants(
            Node.Parts parts,
            Joined joined,
            Keyring keyring,
            Requests requests,
            Authenticator authenticator) {
        InEffect effect =
                new InEffect(
                        parts.tasks(),
                        joined.metadata(),
                        joined.directory(),
                        (node, index, deadlineNanos) ->
                                joined.metadata()
                                        .status(node, GroupId.DIRECTORY, deadlineNanos)
                                        .filter(status -> status.appliedIndex() >= index)
                                        .isPresent(),
                        parts.config().lease().toNanos());
        Tenants tenants = new Tenants(joined.metadata(), joined.directory(), keyring, effect);
        Identities identities =
                new Identities(
                        joined.metadata(),
                        joined.directory(),
                        keyring,
                        effect,
                        parts.random(),
                        parts.tasks().clock());
        parts.rpc().addForClients(new TenantDoor(tenants, requests), authenticator);
        parts.rpc().addForClients(new IdentityDoor(tenants, identities, requests), authenticator);
    }

    /** Tenants as this node's copy of the directory has them. */
    private record KnownTenants(Node.Parts parts, Directory directory, Metadata metadata)
            implements S3Tenants {
        @Override
        public Optional<TenantId> named(String name) throws InterruptedException {
            Optional<TenantId> found = directory.tenantNamed(name);
            if (found.isPresent()) {
                return found;
            }
            metadata.catchUpDirectory(parts.tasks().clock().nanos() + KEY_WITHIN.toNanos());
            return directory.tenantNamed(name);
        }

        @Override
        public Optional<String> alias(TenantId tenant) {
            return directory.tenant(tenant).map(TenantRecord::alias);
        }

        @Override
        public Optional<UserRecord> user(TenantId tenant, Id128 user) {
            return directory.user(tenant, user);
        }

        @Override
        public void checkServed(Asker asker) {
            if (asker instanceof Asker.User(TenantId own, Id128 _)) {
                Standing.check(directory, new Caller(own, "", false, "", asker));
            }
        }
    }

    private static S3Credentials credentials(Authenticator.Keys keys, Keyring keyring) {
        return new S3Credentials() {
            @Override
            public Optional<AccessKeyRecord> find(String accessKeyId) {
                return keys.find(accessKeyId);
            }

            @Override
            public String secret(AccessKeyRecord key) {
                return new String(keys.secret(key), StandardCharsets.UTF_8);
            }

            @Override
            public Bytes sealSession(AccessKeyRecord parent, byte[] session) {
                return keyring.sealSession(parent, session);
            }

            @Override
            public byte[] openSession(AccessKeyRecord parent, Bytes sealed) {
                return keyring.openSession(parent, sealed);
            }
        };
    }

    private static Authenticator.Keys keys(
            Node.Parts parts, Directory directory, Metadata metadata, Keyring keyring) {
        return new Authenticator.Keys() {
            @Override
            public Optional<AccessKeyRecord> find(String accessKeyId) {
                Optional<AccessKeyRecord> found = directory.accessKey(accessKeyId);
                if (found.isEmpty()) {
                    try {
                        metadata.catchUpDirectory(
                                parts.tasks().clock().nanos() + KEY_WITHIN.toNanos());
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    found = directory.accessKey(accessKeyId);
                }
                long now = parts.tasks().clock().wallMillis();
                return found.filter(key -> key.counts(now)).map(this::asItsUser);
            }

            // An operator's key is one only as long as its user is an admin.
            private AccessKeyRecord asItsUser(AccessKeyRecord key) {
                boolean admin =
                        directory
                                .user(key.tenant(), key.user())
                                .filter(UserRecord::admin)
                                .isPresent();
                return key.operator() && !admin ? key.withoutOperator() : key;
            }

            @Override
            public void checkServed(Caller caller) {
                Standing.check(directory, caller);
            }

            @Override
            public byte[] secret(AccessKeyRecord key) {
                return keyring.secret(key);
            }
        };
    }

    /** What the operators' commands show and change. */
    record View(
            Node.Parts parts,
            Directory directory,
            RoutedMetadata metadata,
            DataPlaneClient peers,
            TicketBooth booth,
            Supplier<List<NodeId>> voters)
            implements ClusterView {
        @Override
        public NodeId self() {
            return parts.identity().id();
        }

        @Override
        public Optional<NodeId> controller() {
            return parts.coordination().controller();
        }

        @Override
        public long controllerEpoch() {
            return parts.coordination().controllerEpoch().orElse(0L);
        }

        private long deadline() {
            return parts.tasks().clock().nanos() + ASK_WITHIN.toNanos();
        }

        @Override
        public Optional<ReplicaStatus> replica(NodeId node, GroupId group)
                throws InterruptedException {
            try {
                return metadata.status(node, group, deadline());
            } catch (StoreException e) {
                return Optional.empty();
            }
        }

        @Override
        public List<RaftPeer> configuration(NodeId node, GroupId group)
                throws InterruptedException {
            try {
                return metadata.configuration(node, group, deadline());
            } catch (StoreException e) {
                return List.of();
            }
        }

        @Override
        public Optional<ChunkStore.Status> device(DeviceId device) throws InterruptedException {
            try {
                Ticket inspect =
                        booth.mint(
                                Ticket.Operation.INSPECT,
                                new PgId(0),
                                0,
                                new SegmentId(new Id128(0, 0)));
                Promise<ChunkStore.Status> asked = peers.status(device, inspect, deadline());
                return Optional.of(asked.await(deadline()));
            } catch (StoreException | TimeoutException e) {
                return Optional.empty();
            }
        }

        @Override
        public Map<NodeId, Build> builds() {
            Map<NodeId, Build> builds = new HashMap<>();
            parts.coordination().nodes().forEach((node, said) -> builds.put(node, said.build()));
            return builds;
        }

        @Override
        public List<NodeId> directoryVoters() {
            return voters.get();
        }

        @Override
        public PartitionRecord.Division split(
                GroupId partition, @Nullable Bytes at, long deadlineNanos)
                throws InterruptedException {
            return new SplitPlanner(metadata, directory).begin(partition, at, deadlineNanos);
        }

        @Override
        public GroupId merge(GroupId partition, long deadlineNanos) throws InterruptedException {
            return new MergePlanner(metadata, directory).begin(partition, deadlineNanos);
        }

        @Override
        public boolean isSettled(PartitionRecord record, long deadlineNanos)
                throws InterruptedException {
            return metadata.isSettled(record, deadlineNanos);
        }

        @Override
        public void order(DirectoryCommand command, long deadlineNanos)
                throws InterruptedException {
            DirectoryReply reply = metadata.execute(command, 0, deadlineNanos).reply();
            if (reply instanceof DirectoryReply.Refused(ErrorCode code, String message)) {
                throw new StoreException(code, message);
            }
            metadata.catchUpDirectory(deadlineNanos);
        }
    }
}
