package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.model.AccessKeyRecord;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.Build;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.DeviceRecord;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.PartitionRecord;
import io.lethe.node.model.PgId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.Scheme;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.StorageClass;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.TenantRecord;
import io.lethe.node.model.UserRecord;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Random values of everything that the codecs encode, from one seed: each value is one that a codec
 * can write, though not always one that a state accepts.
 */
public final class RandomValues {
    private final Random random;

    public RandomValues(long seed) {
        random = new Random(seed);
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    public boolean coin() {
        return random.nextBoolean();
    }

    /** A long of any size, small ones as likely as large ones. */
    public long number() {
        return random.nextLong() >>> random.nextInt(64);
    }

    public int count() {
        return random.nextInt() >>> (1 + random.nextInt(31));
    }

    public Bytes bytes(int least, int most) {
        byte[] bytes = new byte[least + random.nextInt(most - least + 1)];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(12);
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(random.nextInt(8) == 0 ? 0x1F600 + below(20) : 'a' + below(26));
        }
        return text.toString();
    }

    public <T> List<T> list(int most, Supplier<T> item) {
        List<T> list = new ArrayList<>();
        int size = random.nextInt(most + 1);
        for (int i = 0; i < size; i++) {
            list.add(item.get());
        }
        return list;
    }

    public <T> List<T> some(int most, Supplier<T> item) {
        List<T> list = list(most - 1, item);
        list.add(item.get());
        return list;
    }

    public <T> @Nullable T maybe(Supplier<T> item) {
        return coin() ? item.get() : null;
    }

    public <T> T one(T[] values) {
        return values[below(values.length)];
    }

    public Id128 id() {
        return new Id128(random.nextLong(), random.nextLong());
    }

    public BucketId bucketId() {
        return new BucketId(random.nextLong());
    }

    public TenantId tenant() {
        return new TenantId(id());
    }

    public WriteId write() {
        return new WriteId(id());
    }

    public ShardId shard() {
        return new ShardId(id());
    }

    public NodeId node() {
        return new NodeId(id());
    }

    public DeviceId device() {
        return new DeviceId(id());
    }

    public Bytes key() {
        return bytes(0, 30);
    }

    public Scheme scheme() {
        int k = 1 + below(32);
        int m = below(9);
        int cellBytes = (64 * 1024) << below(7);
        return new Scheme(k, m, Math.min(cellBytes, SegmentRef.MOST_BYTES / k));
    }

    public SegmentRef segment() {
        return new SegmentRef(
                new SegmentId(id()),
                new PgId(number()),
                count(),
                scheme(),
                1 + below(SegmentRef.MOST_BYTES),
                number());
    }

    public ShardGrant grant() {
        return new ShardGrant(shard(), tenant(), random.nextInt(), bytes(0, 64));
    }

    public VersionBody body() {
        return new VersionBody(
                number(),
                text(),
                bytes(16, 16),
                bytes(32, 32),
                bytes(0, 50),
                shard(),
                bytes(0, 60),
                text(),
                coin(),
                coin()
                        ? new Placement.Inline(bytes(0, 40))
                        : new Placement.Segments(some(4, this::segment)));
    }

    public VersionRow row() {
        return new VersionRow(
                bucketId(),
                key(),
                number(),
                coin(),
                tenant(),
                write(),
                number(),
                maybe(this::body));
    }

    public KeyCopy keyCopy() {
        // Of a later kind logs have other samples.
        KeyCopy.Kind[] first = Arrays.copyOf(KeyCopy.Kind.values(), 4);
        return new KeyCopy(one(first), node(), number() >>> 1);
    }

    public Condition condition() {
        return switch (below(5)) {
            case 0 -> new Condition.Always();
            case 1 -> new Condition.Absent();
            case 2 -> new Condition.Matches(text());
            case 3 -> new Condition.Present();
            default -> new Condition.Differs(text());
        };
    }

    public Which which() {
        return switch (below(3)) {
            case 0 -> new Which.Current();
            case 1 -> new Which.Order(number());
            default -> new Which.Null();
        };
    }

    public BucketRecord.Versioning versioning() {
        return one(BucketRecord.Versioning.values());
    }

    public Stamp stamp() {
        return new Stamp(number(), number(), number(), count());
    }

    /** One command of each type. */
    public List<PartitionCommand> partitionCommands() {
        return List.of(
                new PartitionCommand.Init(key(), key(), number(), list(3, this::keyCopy)),
                new PartitionCommand.OpenWrite(write(), bucketId(), key(), tenant(), number()),
                new PartitionCommand.RenewWrites(some(5, this::write), number()),
                new PartitionCommand.CloseWrite(write(), bucketId(), key(), list(3, this::segment)),
                new PartitionCommand.ExpireWrites(random.nextInt()),
                new PartitionCommand.Commit(
                        write(), bucketId(), key(), tenant(), versioning(), condition(), body()),
                new PartitionCommand.Delete(
                        write(), bucketId(), key(), tenant(), versioning(), which(), condition()),
                new PartitionCommand.OpenShard(grant()),
                new PartitionCommand.CloseShard(shard()),
                new PartitionCommand.Rewrap(
                        shard(),
                        shard(),
                        list(4, () -> new Rewrapped(bucketId(), key(), number(), bytes(0, 60)))),
                new PartitionCommand.DestroyShard(shard()),
                new PartitionCommand.Fence(number()),
                new PartitionCommand.RaisePgEpoch(new PgId(number()), random.nextInt(), below(40)),
                new PartitionCommand.Reclaimed(some(5, () -> bytes(0, 40))),
                new PartitionCommand.Rebuilt(
                        bucketId(), key(), number(), new SegmentId(id()), number()),
                new PartitionCommand.ReplaceSegment(
                        write(), bucketId(), key(), number(), new SegmentId(id()), segment()),
                new PartitionCommand.PruneResults(random.nextInt()),
                new PartitionCommand.ConfirmRewrap(shard(), node()),
                new PartitionCommand.RegisterKeyCopies(some(3, this::keyCopy)),
                new PartitionCommand.DeregisterKeyCopy(
                        keyCopy(), new PartitionCommand.WipeReceipt(below(1_000), coin())));
    }

    public NodeRecord nodeRecord() {
        Set<NodeRecord.Role> roles = EnumSet.noneOf(NodeRecord.Role.class);
        for (NodeRecord.Role role : NodeRecord.Role.values()) {
            if (coin()) {
                roles.add(role);
            }
        }
        return new NodeRecord(
                node(),
                number(),
                text(),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                text(),
                roles,
                text(),
                one(NodeRecord.State.values()),
                one(NodeRecord.Standing.values()),
                build());
    }

    private Build build() {
        int lowest = 1 + below(9);
        return new Build(text(), lowest, lowest + below(9));
    }

    public StorageClass storageClass() {
        return new StorageClass(text(), scheme(), coin());
    }

    public PartitionRecord partition() {
        Supplier<PartitionRecord.Replica> replica =
                () -> new PartitionRecord.Replica(node(), random.nextInt());
        return new PartitionRecord(
                new GroupId(count()),
                key(),
                key(),
                list(5, replica),
                list(5, replica),
                number(),
                maybe(() -> new PartitionRecord.Division(key(), new GroupId(count()))),
                maybe(() -> new GroupId(1 + below(100))),
                maybe(
                        () ->
                                new PartitionRecord.Recovery(
                                        node(),
                                        random.nextInt(),
                                        random.nextInt(),
                                        number(),
                                        number(),
                                        below(9))));
    }

    public BucketRecord bucket() {
        BucketRecord.State state = one(BucketRecord.State.values());
        return new BucketRecord(
                bucketId(),
                tenant(),
                text(),
                text(),
                versioning(),
                state,
                state == BucketRecord.State.DELETING ? 1 + (number() >>> 1) : 0,
                number() >>> 1,
                number(),
                coin() ? null : lock(),
                coin() ? Map.of() : Map.of(one(BucketSetting.values()), number()),
                number() >>> 1,
                coin());
    }

    private BucketLock lock() {
        return coin()
                ? new BucketLock(BucketLock.Mode.NONE, 0, 0)
                : new BucketLock(BucketLock.Mode.GOVERNANCE, 1 + random.nextInt(99), 0);
    }

    private DeviceRecord deviceRecord() {
        return new DeviceRecord(
                device(), node(), number(), number(), one(DeviceRecord.State.values()));
    }

    private PlacementGroup.Move move() {
        return new PlacementGroup.Move(below(40), device());
    }

    /** One command of each type. */
    public List<DirectoryCommand> directoryCommands() {
        Scheme scheme = scheme();
        return List.of(
                new DirectoryCommand.InitCluster(
                        id(), text(), text(), some(3, this::storageClass), 1 + below(9)),
                new DirectoryCommand.PutNode(nodeRecord()),
                new DirectoryCommand.SetNodeState(node(), one(NodeRecord.State.values())),
                new DirectoryCommand.PutDevice(deviceRecord()),
                new DirectoryCommand.CreatePg(text(), scheme, list(40, this::device)),
                new DirectoryCommand.SetPgState(
                        new PgId(number()), one(PlacementGroup.State.values())),
                new DirectoryCommand.PutPartition(partition()),
                new DirectoryCommand.PutStorageClass(storageClass()),
                new DirectoryCommand.PutTenant(
                        new TenantRecord(tenant(), text(), text(), random.nextInt(), bytes(0, 60))),
                new DirectoryCommand.PutUser(new UserRecord(tenant(), id(), text())),
                new DirectoryCommand.PutAccessKey(
                        new AccessKeyRecord(text(), tenant(), id(), bytes(0, 60), coin())),
                new DirectoryCommand.CreateBucket(
                        bucketId(),
                        tenant(),
                        text(),
                        text(),
                        versioning(),
                        number(),
                        maybe(() -> new BucketLock(BucketLock.Mode.GOVERNANCE, 1 + below(99), 0)),
                        Map.of(
                                BucketSetting.TAGGING,
                                bytes(0, 60),
                                BucketSetting.ACL,
                                bytes(0, 60))),
                new DirectoryCommand.MarkBucketDeleting(bucketId()),
                new DirectoryCommand.FinishBucketDelete(bucketId(), number(), coin()),
                new DirectoryCommand.SetVersioning(bucketId(), versioning(), number()),
                new DirectoryCommand.PutTicketKey(
                        random.nextInt(), list(4, () -> new SealedTicketKey(node(), bytes(0, 90)))),
                new DirectoryCommand.RegisterHolder(node(), number()),
                new DirectoryCommand.DropHolder(node(), number()),
                new DirectoryCommand.PutSetting(text(), text()),
                new DirectoryCommand.SuspendHolder(node(), number()),
                new DirectoryCommand.SetBucketSetting(
                        bucketId(), one(BucketSetting.values()), bytes(0, 90), number()),
                new DirectoryCommand.SetBucketLock(bucketId(), lock(), number()),
                new DirectoryCommand.BeginMove(new PgId(number()), random.nextInt(), move()),
                new DirectoryCommand.EndMove(new PgId(number()), random.nextInt(), move()),
                new DirectoryCommand.SetLeaving(device(), coin()),
                new DirectoryCommand.RemoveDevice(device(), coin()),
                new DirectoryCommand.SetNodeLeaving(node(), coin()),
                new DirectoryCommand.RemoveNode(node(), coin()),
                new DirectoryCommand.SetBucketClass(bucketId(), text(), number()),
                new DirectoryCommand.FinishRecoding(bucketId(), number()),
                new DirectoryCommand.RaiseFeatureLevel(random.nextInt()),
                new DirectoryCommand.PlaceDevice(deviceRecord().withPath(text())));
    }

    /** One question of each type. */
    public List<PartitionQuery> queries() {
        return List.of(
                new PartitionQuery.Find(bucketId(), key(), which()),
                new PartitionQuery.ListKeys(
                        bucketId(), key(), key(), number(), key(), coin(), random.nextInt()),
                new PartitionQuery.BucketEmpty(bucketId()),
                new PartitionQuery.OpenShardOf(tenant()),
                new PartitionQuery.SegmentStates(
                        list(4, () -> new PartitionQuery.SegmentAsk(write(), new SegmentId(id())))),
                new PartitionQuery.Garbage(maybe(this::key), number(), random.nextInt()),
                new PartitionQuery.Underprotected(maybe(this::key), random.nextInt()),
                new PartitionQuery.Shards(maybe(this::shard), random.nextInt()),
                new PartitionQuery.ShardHolders(shard()),
                new PartitionQuery.Summary(),
                new PartitionQuery.MovedFrom(shard()),
                new PartitionQuery.KeyCopies(maybe(this::key), random.nextInt()));
    }

    /** One reply of each type. */
    public List<PartitionReply> partitionReplies() {
        return List.of(
                new PartitionReply.Done(),
                new PartitionReply.Refused(one(ErrorCode.values()), text()),
                new PartitionReply.Retry(one(PartitionReply.Retry.Why.values()), number()),
                new PartitionReply.WrongPartition(number() >>> 1),
                new PartitionReply.WriteOpened(maybe(this::grant), number()),
                new PartitionReply.Renewed(list(4, this::write)),
                new PartitionReply.WriteEnded(coin()),
                new PartitionReply.Swept(random.nextInt()),
                new PartitionReply.Committed(number(), coin(), number(), coin()),
                new PartitionReply.Deleted(number(), coin(), coin()));
    }

    /** One reply of each type. */
    public List<DirectoryReply> directoryReplies() {
        return List.of(
                new DirectoryReply.Done(),
                new DirectoryReply.Refused(one(ErrorCode.values()), text()),
                new DirectoryReply.PgCreated(new PgId(number())),
                new DirectoryReply.BucketCreated(bucket()),
                new DirectoryReply.BucketMarked(number()));
    }

    private PartitionAnswer.SegmentState segmentState() {
        return new PartitionAnswer.SegmentState(
                one(PartitionAnswer.WriteState.values()), maybe(this::segment));
    }

    /** One answer of each type. */
    public List<PartitionAnswer> answers() {
        return List.of(
                new PartitionAnswer.Found(maybe(this::row), maybe(this::grant)),
                new PartitionAnswer.Page(
                        list(3, this::row),
                        list(3, this::coin),
                        list(3, this::key),
                        key(),
                        number()),
                new PartitionAnswer.Empty(coin()),
                new PartitionAnswer.Shard(maybe(this::grant)),
                new PartitionAnswer.WriteStates(list(4, this::segmentState)),
                new PartitionAnswer.GarbagePage(
                        list(3, () -> new PartitionAnswer.GarbageRow(key(), segment(), number())),
                        maybe(this::key)),
                new PartitionAnswer.UnderprotectedPage(
                        list(
                                3,
                                () ->
                                        new PartitionAnswer.UnderprotectedRow(
                                                key(),
                                                bucketId(),
                                                key(),
                                                number(),
                                                write(),
                                                segment(),
                                                number())),
                        maybe(this::key)),
                new PartitionAnswer.ShardPage(
                        list(
                                3,
                                () ->
                                        new PartitionAnswer.ShardFigures(
                                                grant(),
                                                coin(),
                                                random.nextInt(),
                                                random.nextInt(),
                                                coin()))),
                new PartitionAnswer.Holders(
                        maybe(this::grant),
                        list(
                                3,
                                () ->
                                        new PartitionAnswer.Holder(
                                                bucketId(),
                                                key(),
                                                number(),
                                                write(),
                                                bytes(0, 60)))),
                new PartitionAnswer.Figures(
                        key(), key(), number(), number(), number(), number(), number(), number(),
                        number(), number(), number()),
                new PartitionAnswer.NotInRange(),
                new PartitionAnswer.MovedKeys(
                        maybe(this::grant),
                        list(
                                3,
                                () ->
                                        new PartitionAnswer.MovedKey(
                                                write(), bytes(0, 60), grant(), bytes(0, 60)))),
                new PartitionAnswer.KeyCopyPage(
                        list(
                                3,
                                () ->
                                        new PartitionAnswer.KeyCopyRow(
                                                keyCopy(), number(), number())),
                        maybe(this::key)));
    }
}
