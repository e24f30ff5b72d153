package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.CommandCodec;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.CreateBucket;
import io.lethe.node.metadata.command.DirectoryCommand.CreatePg;
import io.lethe.node.metadata.command.DirectoryCommand.DropHolder;
import io.lethe.node.metadata.command.DirectoryCommand.FinishBucketDelete;
import io.lethe.node.metadata.command.DirectoryCommand.InitCluster;
import io.lethe.node.metadata.command.DirectoryCommand.MarkBucketDeleting;
import io.lethe.node.metadata.command.DirectoryCommand.PutAccessKey;
import io.lethe.node.metadata.command.DirectoryCommand.PutDevice;
import io.lethe.node.metadata.command.DirectoryCommand.PutNode;
import io.lethe.node.metadata.command.DirectoryCommand.PutPartition;
import io.lethe.node.metadata.command.DirectoryCommand.PutSetting;
import io.lethe.node.metadata.command.DirectoryCommand.PutStorageClass;
import io.lethe.node.metadata.command.DirectoryCommand.PutTenant;
import io.lethe.node.metadata.command.DirectoryCommand.PutTicketKey;
import io.lethe.node.metadata.command.DirectoryCommand.PutUser;
import io.lethe.node.metadata.command.DirectoryCommand.RegisterHolder;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.metadata.command.DirectoryCommand.SetBucketLock;
import io.lethe.node.metadata.command.DirectoryCommand.SetNodeState;
import io.lethe.node.metadata.command.DirectoryCommand.SetPgState;
import io.lethe.node.metadata.command.DirectoryCommand.SetVersioning;
import io.lethe.node.metadata.command.DirectoryCommand.SuspendHolder;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.DirectoryReply.BucketCreated;
import io.lethe.node.metadata.command.DirectoryReply.Done;
import io.lethe.node.metadata.command.DirectoryReply.PgCreated;
import io.lethe.node.metadata.command.DirectoryReply.Refused;
import io.lethe.node.metadata.command.RandomLog;
import io.lethe.node.metadata.command.RandomTenants;
import io.lethe.node.metadata.command.RandomValues;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.state.Change.Decision;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class DirectoryStateTest {
    private static final Id128 CLUSTER = new Id128(1, 2);
    private static final TenantId TENANT = new TenantId(new Id128(3, 4));
    private static final TenantId OTHER = new TenantId(new Id128(3, 5));
    private static final StorageClass STANDARD =
            new StorageClass("standard", new Scheme(2, 1, Scheme.DEFAULT_CELL_BYTES), false);

    private final MapRows rows = new MapRows();
    private final Directory directory = new DirectoryReader(rows);
    private final RandomValues random = new RandomValues(1);
    private long index = 100;
    private long millis = 1_000;
    private long epoch = 5;

    DirectoryStateTest() {
        done(new InitCluster(CLUSTER, "test", "node", List.of(STANDARD)));
        done(new PutTenant(new TenantRecord(TENANT, "acme", "ACME", 1, Bytes.hex("00"))));
        done(new PutTenant(new TenantRecord(OTHER, "globex", "Globex", 1, Bytes.hex("00"))));
    }

    private DirectoryReply execute(DirectoryCommand command) {
        Stamp stamp = new Stamp(millis++, 0, epoch, FeatureLevels.HIGHEST);
        CommandCodec.DirectoryEntry entry =
                CommandCodec.decodeDirectory(CommandCodec.encode(stamp, command));
        Decision<DirectoryReply> decision =
                DirectoryState.decide(rows, entry.stamp(), entry.command(), ++index);
        rows.apply(decision.changes());
        return decision.reply();
    }

    private void done(DirectoryCommand command) {
        assertThat(execute(command)).isEqualTo(new Done());
    }

    private void refused(DirectoryCommand command, ErrorCode code) {
        DirectoryReply reply = execute(command);
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.code()).as(reply.toString()).isEqualTo(code));
    }

    private static NodeRecord node(NodeId id, long incarnation) {
        return new NodeRecord(
                id,
                incarnation,
                "host",
                9003,
                9002,
                9001,
                9000,
                "rack",
                Set.of(NodeRecord.Role.STORAGE, NodeRecord.Role.GATEWAY),
                "aa",
                NodeRecord.State.UP);
    }

    private DeviceId device(NodeId node) {
        DeviceId id = random.device();
        done(new PutDevice(new DeviceRecord(id, node, 1_000, 500, DeviceRecord.State.WRITABLE)));
        return id;
    }

    private NodeId node() {
        NodeId id = random.node();
        done(new PutNode(node(id, 1)));
        return id;
    }

    private CreateBucket bucket(long id, TenantId tenant, String name) {
        return new CreateBucket(
                new BucketId(id), tenant, name, "standard", Versioning.OFF, directory.index());
    }

    @Test
    void aClusterBeginsOnce() {
        assertThat(directory.cluster()).contains(new Directory.Cluster(CLUSTER, "test", "node"));
        assertThat(directory.storageClasses()).containsExactly(STANDARD);
        done(new InitCluster(CLUSTER, "test", "node", List.of(STANDARD)));
        refused(
                new InitCluster(new Id128(9, 9), "test", "node", List.of(STANDARD)),
                ErrorCode.INVALID_ARGUMENT);
        MapRows fresh = new MapRows();
        Stamp stamp = new Stamp(1, 0, 0, 1);
        assertThat(DirectoryState.decide(fresh, stamp, new PutSetting("a", "b"), 1).reply())
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(
                        DirectoryState.decide(
                                        fresh,
                                        stamp,
                                        new InitCluster(CLUSTER, "x", "shelf", List.of(STANDARD)),
                                        1)
                                .reply())
                .isInstanceOf(Refused.class);
    }

    @Test
    void theIndexGrowsWithEveryCommandAlsoWithRefusedOnes() {
        long before = directory.index();
        refused(new MarkBucketDeleting(new BucketId(1)), ErrorCode.NO_SUCH_BUCKET);
        assertThat(directory.index()).isEqualTo(before + 1).isEqualTo(index);
    }

    @Test
    void aControllerBelowTheHighestEpochIsRefused() {
        NodeId id = node();
        epoch = 7;
        refused(new SetPgState(new PgId(1), PlacementGroup.State.FULL), ErrorCode.INVALID_ARGUMENT);
        epoch = 6;
        refused(new PutNode(node(id, 2)), ErrorCode.STALE_EPOCH);
        refused(new SetNodeState(id, NodeRecord.State.DOWN), ErrorCode.STALE_EPOCH);
        refused(new PutStorageClass(STANDARD), ErrorCode.STALE_EPOCH);
        refused(new PutTicketKey(1, List.of()), ErrorCode.STALE_EPOCH);
        epoch = 0;
        done(new PutSetting("of gateways", "needs no epoch"));
        epoch = 7;
        done(new PutNode(node(id, 2)));
    }

    @Test
    void anIncarnationNeverGoesBack() {
        NodeId id = random.node();
        done(new PutNode(node(id, 4)));
        done(new PutNode(node(id, 4)));
        refused(new PutNode(node(id, 3)), ErrorCode.STALE_EPOCH);
        done(new SetNodeState(id, NodeRecord.State.DOWN));
        assertThat(directory.node(id))
                .hasValueSatisfying(
                        one -> {
                            assertThat(one.state()).isEqualTo(NodeRecord.State.DOWN);
                            assertThat(one.incarnation()).isEqualTo(4);
                        });
        refused(new SetNodeState(random.node(), NodeRecord.State.UP), ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.nodes()).hasSize(1);
    }

    @Test
    void aRemovedDeviceStaysRemoved() {
        NodeId node = node();
        DeviceId id = device(node);
        done(new PutDevice(new DeviceRecord(id, node, 1_000, 0, DeviceRecord.State.REMOVED)));
        refused(
                new PutDevice(new DeviceRecord(id, node, 1_000, 0, DeviceRecord.State.WRITABLE)),
                ErrorCode.INVALID_ARGUMENT);
        refused(
                new PutDevice(
                        new DeviceRecord(
                                random.device(), random.node(), 1, 1, DeviceRecord.State.WRITABLE)),
                ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.devices()).hasSize(1);
        assertThat(directory.device(id).orElseThrow().state())
                .isEqualTo(DeviceRecord.State.REMOVED);
    }

    @Test
    void placementGroupsAreNumberedAndHaveKnownMembersInDistinctDomains() {
        NodeId one = node();
        DeviceId a = device(one);
        DeviceId alsoOnOne = device(one);
        DeviceId b = device(node());
        DeviceId c = device(node());
        Scheme scheme = STANDARD.scheme();
        for (List<DeviceId> wrong :
                List.of(
                        List.of(a, b),
                        List.of(a, b, b),
                        List.of(a, alsoOnOne, b),
                        List.of(a, b, random.device()))) {
            refused(new CreatePg("standard", scheme, wrong), ErrorCode.INVALID_ARGUMENT);
        }
        refused(new CreatePg("other", scheme, List.of(a, b, c)), ErrorCode.INVALID_ARGUMENT);
        refused(
                new CreatePg("standard", new Scheme(1, 2, 65_536), List.of(a, b, c)),
                ErrorCode.INVALID_ARGUMENT);
        assertThat(execute(new CreatePg("standard", scheme, List.of(a, b, c))))
                .isEqualTo(new PgCreated(new PgId(1)));
        Scheme narrow = new Scheme(1, 1, scheme.cellBytes());
        assertThat(execute(new CreatePg("standard", narrow, List.of(b, c))))
                .isEqualTo(new PgCreated(new PgId(2)));
        assertThat(directory.openPlacementGroups("standard")).hasSize(2);
        done(new SetPgState(new PgId(1), PlacementGroup.State.FULL));
        assertThat(directory.openPlacementGroups("standard"))
                .containsExactly(
                        new PlacementGroup(
                                new PgId(2),
                                1,
                                "standard",
                                narrow,
                                List.of(b, c),
                                PlacementGroup.State.OPEN));
        assertThat(directory.placementGroup(new PgId(1)).orElseThrow().members())
                .containsExactly(a, b, c);
        assertThat(directory.openPlacementGroups("other")).isEmpty();
    }

    private PartitionRecord partition(int id, String from, String to, long mapEpoch) {
        return new PartitionRecord(
                new GroupId(id),
                Bytes.hex(from),
                Bytes.hex(to),
                List.of(new PartitionRecord.Replica(new NodeId(CLUSTER), 0)),
                List.of(),
                mapEpoch);
    }

    @Test
    void aPartitionsMapEpochGrowsByOne() {
        refused(new PutPartition(partition(1, "", "80", 2)), ErrorCode.STALE_EPOCH);
        done(new PutPartition(partition(1, "", "80", 1)));
        done(new PutPartition(partition(1, "", "80", 1)));
        refused(new PutPartition(partition(1, "", "40", 1)), ErrorCode.STALE_EPOCH);
        refused(new PutPartition(partition(1, "", "40", 3)), ErrorCode.STALE_EPOCH);
        done(new PutPartition(partition(1, "", "40", 2)));
        done(new PutPartition(partition(2, "40", "", 1)));
        refused(new PutPartition(partition(3, "40", "30", 1)), ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.partitionOf(Bytes.hex("3f")).orElseThrow().id())
                .isEqualTo(new GroupId(1));
        assertThat(directory.partitionOf(Bytes.hex("40")).orElseThrow().id())
                .isEqualTo(new GroupId(2));
        done(new PutPartition(partition(0, "", "", 1)));
        assertThat(directory.partitions())
                .extracting(PartitionRecord::id)
                .doesNotContain(GroupId.DIRECTORY);
        assertThat(directory.partition(GroupId.DIRECTORY)).isPresent();
        PartitionRecord twice =
                new PartitionRecord(
                        new GroupId(7),
                        Bytes.EMPTY,
                        Bytes.EMPTY,
                        List.of(new PartitionRecord.Replica(new NodeId(CLUSTER), 0)),
                        List.of(new PartitionRecord.Replica(new NodeId(CLUSTER), 1)),
                        1);
        refused(new PutPartition(twice), ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void bucketNamesFollowS3() {
        List<String> good =
                List.of("abc", "a-b.c", "0ab", "x".repeat(63), "1.2.3", "a.b-c", "1.2.3.4a");
        List<String> bad =
                List.of(
                        "",
                        "ab",
                        "x".repeat(64),
                        "Abc",
                        "a_b",
                        "-ab",
                        "ab-",
                        ".ab",
                        "ab.",
                        "a..b",
                        "192.168.5.4",
                        "xn--abc",
                        "sthree-abc",
                        "abc-s3alias",
                        "abc--ol-s3",
                        "bücket",
                        "a/b");
        int id = 0;
        for (String name : good) {
            assertThat(execute(bucket(++id, TENANT, name)))
                    .as(name)
                    .isInstanceOf(BucketCreated.class);
        }
        for (String name : bad) {
            refused(bucket(++id, TENANT, name), ErrorCode.INVALID_BUCKET_NAME);
        }
    }

    @Test
    void namesAreUniqueWithinATenantAndCreationIsIdempotentById() {
        DirectoryReply first = execute(bucket(1, TENANT, "photos"));
        assertThat(first).isInstanceOf(BucketCreated.class);
        assertThat(execute(bucket(1, TENANT, "photos"))).isEqualTo(first);
        refused(bucket(1, TENANT, "other"), ErrorCode.INVALID_ARGUMENT);
        refused(bucket(2, TENANT, "photos"), ErrorCode.BUCKET_ALREADY_EXISTS);
        assertThat(execute(bucket(3, OTHER, "photos"))).isInstanceOf(BucketCreated.class);
        assertThat(directory.bucket(TENANT, "photos").orElseThrow().id())
                .isEqualTo(new BucketId(1));
        assertThat(directory.bucket(OTHER, "photos").orElseThrow().id()).isEqualTo(new BucketId(3));
        refused(bucket(4, new TenantId(CLUSTER), "photos"), ErrorCode.INVALID_ARGUMENT);
        refused(
                new CreateBucket(new BucketId(5), TENANT, "cold", "glacial", Versioning.OFF, 0),
                ErrorCode.INVALID_ARGUMENT);
        for (String name : List.of("albums", "zebra")) {
            var _ = execute(bucket(name.length(), TENANT, name + "-b"));
        }
        assertThat(directory.buckets(TENANT, "", 10))
                .extracting(BucketRecord::name)
                .containsExactly("albums-b", "photos", "zebra-b");
        assertThat(directory.buckets(TENANT, "albums-b", 1))
                .extracting(BucketRecord::name)
                .containsExactly("photos");
    }

    @Test
    void aBucketIsDeletedInTwoSteps() {
        BucketId id = new BucketId(1);
        var _ = execute(bucket(1, TENANT, "photos"));
        refused(new FinishBucketDelete(id, 0, true), ErrorCode.UNAVAILABLE);
        long first = mark(id);
        assertThat(directory.bucket(id).orElseThrow().state())
                .isEqualTo(BucketRecord.State.DELETING);
        done(new FinishBucketDelete(id, first, false));
        assertThat(directory.bucket(id).orElseThrow().state()).isEqualTo(BucketRecord.State.ACTIVE);
        long second = mark(id);
        refused(bucket(2, TENANT, "photos"), ErrorCode.BUCKET_ALREADY_EXISTS);
        done(new FinishBucketDelete(id, second, true));
        done(new FinishBucketDelete(id, second, true));
        refused(new FinishBucketDelete(id, second, false), ErrorCode.NO_SUCH_BUCKET);
        assertThat(directory.bucket(TENANT, "photos")).isEmpty();
        assertThat(execute(bucket(2, TENANT, "photos"))).isInstanceOf(BucketCreated.class);
    }

    private long mark(BucketId id) {
        DirectoryReply reply = execute(new MarkBucketDeleting(id));
        assertThat(reply).isInstanceOf(DirectoryReply.BucketMarked.class);
        return ((DirectoryReply.BucketMarked) reply).markIndex();
    }

    @Test
    void aRepeatedCreationThatComesLateDoesNotBringARemovedBucketBack() {
        BucketId id = new BucketId(1);
        CreateBucket creation = bucket(1, TENANT, "photos");
        assertThat(execute(creation)).isInstanceOf(BucketCreated.class);
        assertThat(execute(creation)).isInstanceOf(BucketCreated.class);
        done(new FinishBucketDelete(id, mark(id), true));
        refused(creation, ErrorCode.STALE_EPOCH);
        assertThat(directory.bucket(TENANT, "photos")).isEmpty();
        assertThat(execute(bucket(2, TENANT, "photos"))).isInstanceOf(BucketCreated.class);
    }

    @Test
    void aBucketFoundEmptyUnderAMarkTakenBackIsNotRemoved() {
        BucketId id = new BucketId(1);
        var _ = execute(bucket(1, TENANT, "photos"));
        long byA = mark(id);
        assertThat(mark(id)).as("the mark that B shares").isEqualTo(byA);
        done(new FinishBucketDelete(id, byA, false));
        // Here a write commits. C marks the bucket again, then A finishes what it saw before.
        long byC = mark(id);
        assertThat(byC).isGreaterThan(byA);
        refused(new FinishBucketDelete(id, byA, true), ErrorCode.UNAVAILABLE);
        done(new FinishBucketDelete(id, byA, false));
        assertThat(directory.bucket(id).orElseThrow().markIndex()).isEqualTo(byC);
        done(versioning(id, Versioning.ENABLED));
        done(new FinishBucketDelete(id, byC, true));
        assertThat(directory.bucket(id)).isEmpty();
    }

    @Test
    void versioningIsNeverOffAgain() {
        BucketId id = new BucketId(1);
        var _ = execute(bucket(1, TENANT, "photos"));
        done(versioning(id, Versioning.OFF));
        done(versioning(id, Versioning.ENABLED));
        refused(versioning(id, Versioning.OFF), ErrorCode.INVALID_ARGUMENT);
        done(versioning(id, Versioning.SUSPENDED));
        refused(versioning(new BucketId(9), Versioning.ENABLED), ErrorCode.NO_SUCH_BUCKET);
        assertThat(directory.bucket(id).orElseThrow().versioning()).isEqualTo(Versioning.SUSPENDED);
    }

    /** By a sender that has seen everything. */
    @Test
    void aBucketThatLocksKeepsVersionsForGood() {
        BucketId id = new BucketId(1);
        var _ = execute(bucket(1, TENANT, "photos"));
        BucketLock days = new BucketLock(BucketLock.Mode.GOVERNANCE, 3, 0);
        refused(lock(id, days), ErrorCode.INVALID_BUCKET_STATE);
        done(versioning(id, Versioning.ENABLED));
        done(lock(id, BucketLock.WITHOUT_DEFAULT));
        refused(versioning(id, Versioning.SUSPENDED), ErrorCode.INVALID_BUCKET_STATE);
        done(versioning(id, Versioning.ENABLED));
        done(lock(id, days));
        assertThat(directory.bucket(id).orElseThrow().lock()).isEqualTo(days);
        refused(lock(new BucketId(77), days), ErrorCode.NO_SUCH_BUCKET);
    }

    @Test
    void aLockThatComesLateDoesNotUndoANewerOne() {
        BucketId id = new BucketId(1);
        var _ = execute(bucket(1, TENANT, "photos"));
        done(versioning(id, Versioning.ENABLED));
        BucketLock days = new BucketLock(BucketLock.Mode.GOVERNANCE, 3, 0);
        SetBucketLock late = lock(id, BucketLock.WITHOUT_DEFAULT);
        done(late);
        done(lock(id, days));
        refused(late, ErrorCode.STALE_EPOCH);
        assertThat(directory.bucket(id).orElseThrow().lock()).isEqualTo(days);
    }

    private SetBucketLock lock(BucketId id, BucketLock lock) {
        return new SetBucketLock(id, lock, directory.index());
    }

    private SetVersioning versioning(BucketId id, Versioning versioning) {
        return new SetVersioning(id, versioning, directory.index());
    }

    @Test
    void aChangeOfVersioningThatComesLateDoesNotUndoANewerOne() {
        BucketId id = new BucketId(1);
        var _ = execute(bucket(1, TENANT, "photos"));
        var _ = execute(bucket(2, TENANT, "albums"));
        SetVersioning late = versioning(id, Versioning.ENABLED);
        done(late);
        done(late);
        SetVersioning newer = versioning(id, Versioning.SUSPENDED);
        done(newer);
        refused(late, ErrorCode.STALE_EPOCH);
        done(newer);
        assertThat(directory.bucket(id).orElseThrow().versioning()).isEqualTo(Versioning.SUSPENDED);

        SetVersioning slow = versioning(id, Versioning.ENABLED);
        done(versioning(new BucketId(2), Versioning.ENABLED));
        long marked = mark(id);
        done(new FinishBucketDelete(id, marked, false));
        done(slow);

        SetVersioning beforeTheSame = versioning(id, Versioning.SUSPENDED);
        done(versioning(id, Versioning.ENABLED));
        refused(beforeTheSame, ErrorCode.STALE_EPOCH);
        assertThat(directory.bucket(id).orElseThrow().versioning()).isEqualTo(Versioning.ENABLED);
    }

    @Test
    void theNewestTwoTicketKeysStay() {
        NodeId node = random.node();
        for (int key : new int[] {3, 4, 6}) {
            done(new PutTicketKey(key, List.of(new SealedTicketKey(node, Bytes.hex("0" + key)))));
        }
        refused(new PutTicketKey(3, List.of()), ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.ticketKeys(node))
                .isEqualTo(
                        Map.of(
                                4, new SealedTicketKey(node, Bytes.hex("04")),
                                6, new SealedTicketKey(node, Bytes.hex("06"))));
        done(new PutTicketKey(6, List.of(new SealedTicketKey(node, Bytes.hex("66")))));
        assertThat(directory.ticketKeys(node))
                .containsEntry(6, new SealedTicketKey(node, Bytes.hex("66")))
                .hasSize(2);
        assertThat(directory.ticketKeys(random.node())).isEmpty();
    }

    @Test
    void holdersAreIncarnations() {
        NodeId node = random.node();
        done(new RegisterHolder(node, 4));
        refused(new RegisterHolder(node, 3), ErrorCode.STALE_EPOCH);
        done(new RegisterHolder(node, 5));
        done(new DropHolder(node, 4));
        done(new SuspendHolder(node, 4));
        assertThat(directory.holders()).isEqualTo(Map.of(node, new Holder(5, false)));
        refused(new DropHolder(node, 5), ErrorCode.INVALID_ARGUMENT);
        done(new SuspendHolder(node, 5));
        assertThat(directory.holders()).isEqualTo(Map.of(node, new Holder(5, true)));
        done(new RegisterHolder(node, 5));
        refused(new DropHolder(node, 5), ErrorCode.INVALID_ARGUMENT);
        done(new SuspendHolder(node, 5));
        done(new DropHolder(node, 5));
        assertThat(directory.holders()).isEmpty();
        done(new DropHolder(node, 5));
    }

    @Test
    void usersAndKeysNeedTheirTenant() {
        Id128 user = random.id();
        done(new PutUser(new UserRecord(TENANT, user, "root")));
        refused(
                new PutUser(new UserRecord(new TenantId(CLUSTER), user, "root")),
                ErrorCode.INVALID_ARGUMENT);
        AccessKeyRecord key = new AccessKeyRecord("AK", TENANT, user, Bytes.hex("00"), true);
        done(new PutAccessKey(key));
        assertThat(directory.accessKey("AK")).contains(key);
        refused(
                new PutAccessKey(new AccessKeyRecord("AK2", OTHER, user, Bytes.hex("00"), false)),
                ErrorCode.INVALID_ARGUMENT);
        done(new PutUser(new UserRecord(OTHER, user, "root")));
        refused(
                new PutAccessKey(new AccessKeyRecord("AK", OTHER, user, Bytes.hex("00"), false)),
                ErrorCode.INVALID_ARGUMENT);
        refused(
                new PutTenant(new TenantRecord(TENANT, "acme", "ACME", 0, Bytes.EMPTY)),
                ErrorCode.INVALID_ARGUMENT);
        assertThat(directory.tenant(TENANT)).isPresent();
    }

    @Test
    void settingsAreSetAndRemoved() {
        done(new PutSetting("maintenance", "on"));
        assertThat(directory.setting("maintenance")).contains("on");
        done(new PutSetting("maintenance", ""));
        assertThat(directory.setting("maintenance")).isEmpty();
        refused(new PutSetting("", "x"), ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void noCommandThatDecodesMakesTheStateThrow() {
        for (long seed = 0; seed < 300; seed++) {
            RandomValues values = new RandomValues(seed);
            List<DirectoryCommand> commands = new ArrayList<>(values.directoryCommands());
            commands.addAll(new RandomTenants(values).commands());
            commands.addAll(new RandomLog(values).commands());
            commands.addAll(values.directoryCommands());
            MapRows random = rows.copy();
            Predicate<DirectoryCommand> decides =
                    command -> {
                        Stamp stamp = new Stamp(values.number(), 0, values.number(), 1);
                        Decision<DirectoryReply> decision =
                                DirectoryState.decide(random, stamp, command, values.number());
                        random.apply(decision.changes());
                        return true;
                    };
            assertThat(commands).as("seed %s", seed).allMatch(decides);
            readAll(new DirectoryReader(random));
        }
    }

    private static void readAll(Directory directory) {
        assertThat(directory.nodes()).isNotNull();
        assertThat(directory.devices()).isNotNull();
        assertThat(directory.placementGroups()).isNotNull();
        assertThat(directory.partitions()).isNotNull();
        assertThat(directory.storageClasses()).isNotNull();
        assertThat(directory.holders()).isNotNull();
    }
}
