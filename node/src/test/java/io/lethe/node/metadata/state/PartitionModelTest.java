package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static io.lethe.node.metadata.state.TestPartition.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.Holder;
import io.lethe.node.metadata.command.PartitionAnswer.Page;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.CloseShard;
import io.lethe.node.metadata.command.PartitionCommand.CloseWrite;
import io.lethe.node.metadata.command.PartitionCommand.Commit;
import io.lethe.node.metadata.command.PartitionCommand.ConfirmRewrap;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.DestroyShard;
import io.lethe.node.metadata.command.PartitionCommand.ExpireWrites;
import io.lethe.node.metadata.command.PartitionCommand.OpenWrite;
import io.lethe.node.metadata.command.PartitionCommand.PruneResults;
import io.lethe.node.metadata.command.PartitionCommand.Rebuilt;
import io.lethe.node.metadata.command.PartitionCommand.Reclaimed;
import io.lethe.node.metadata.command.PartitionCommand.ReplaceSegment;
import io.lethe.node.metadata.command.PartitionCommand.Rewrap;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.PartitionReply.WriteEnded;
import io.lethe.node.metadata.command.RandomUploads;
import io.lethe.node.metadata.command.RandomValues;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.metadata.state.BucketModel.Item;
import io.lethe.node.metadata.state.BucketModel.Version;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random commands against the state and a plain model of a bucket, from seeds: replies, versions,
 * segments and listings must agree, repetitions must answer as before, and the rows' own invariants
 * must hold.
 */
class PartitionModelTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 250;
    private static final int STEPS_PER_CHECK = 10;

    /** A key per line of thought: folders, a zero byte, a prefix of another, 0xff. */
    private static final List<Bytes> KEYS =
            List.of(
                    Bytes.utf8("a"),
                    Bytes.utf8("a/"),
                    Bytes.utf8("a/b"),
                    Bytes.utf8("a/b/c"),
                    Bytes.utf8("a/c"),
                    Bytes.utf8("a0"),
                    Bytes.hex("6100"),
                    Bytes.hex("610062"),
                    Bytes.hex("61ff2f62"),
                    Bytes.utf8("b/c"),
                    Bytes.utf8("b//d"),
                    Bytes.utf8("c"));

    /** A repeatable request and its first reply. */
    private record Answered(PartitionCommand command, PartitionReply reply, long millis) {}

    private static final class Run {
        final RandomValues random;
        final TestPartition partition;
        final BucketModel model = new BucketModel();
        final List<Answered> answered = new ArrayList<>();
        final List<WriteId> open = new ArrayList<>();
        final Set<SegmentId> ever = new HashSet<>();
        final Set<SegmentId> reclaimed = new HashSet<>();
        Versioning versioning = Versioning.OFF;

        Run(long seed) {
            random = new RandomValues(seed);
            partition = new TestPartition(seed + 1_000_000);
            partition.tell(seed);
        }

        Bytes key() {
            return KEYS.get(random.below(KEYS.size()));
        }

        void step() {
            switch (random.below(24)) {
                case 0, 1, 2, 3 -> commitInline();
                case 4, 5, 6, 7 -> commitSegments();
                case 8, 9, 10, 11, 12, 13 -> delete();
                case 14 -> giveUp();
                case 15 -> time();
                case 16 -> reclaim();
                case 17, 18 -> repeat();
                case 19 -> rebuild();
                case 20 -> replace();
                case 21 -> shards();
                case 22 -> commitClosed();
                default -> raiseVersioning();
            }
        }

        void raiseVersioning() {
            if (random.below(3) == 0) {
                versioning = random.coin() ? Versioning.ENABLED : Versioning.SUSPENDED;
            }
        }

        Condition condition(Bytes key) {
            Version current = model.current(key);
            String etag = current == null ? "none" : Objects.requireNonNull(current.etag());
            Version newest = model.newest(key);
            List<Version> all = model.versions(key);
            return switch (random.below(12)) {
                case 4 -> Condition.Seen.newest(newest == null ? 1 : newest.order());
                case 5 -> seen(all);
                case 6 -> Condition.Seen.newest(all.isEmpty() ? 1 : all.getLast().order());
                case 0 -> new Condition.Absent();
                case 3 -> new Condition.Present();
                case 1 -> new Condition.Matches(random.coin() ? etag : "other");
                case 2 -> new Condition.Differs(random.coin() ? etag : "other");
                default -> new Condition.Always();
            };
        }

        /** One below another, or below one that is gone. */
        private Condition seen(List<Version> all) {
            int at = all.size() < 2 ? 0 : 1 + random.below(all.size() - 1);
            if (at == 0) {
                return new Condition.Seen(1, 2, 0, null);
            }
            long hiddenBy = all.get(at - 1).order();
            return new Condition.Seen(
                    all.get(at).order(),
                    random.below(4) == 0 ? hiddenBy + 1 : hiddenBy,
                    random.below(3),
                    null);
        }

        private static boolean holds(Condition.Seen seen, List<Version> all) {
            for (int above = 0; above < all.size(); above++) {
                if (all.get(above).order() == seen.order()) {
                    return seen.hiddenBy() == 0
                            ? above == 0
                            : above > seen.newer() && all.get(above - 1).order() == seen.hiddenBy();
                }
            }
            return false;
        }

        boolean holds(Condition condition, Bytes key) {
            Version current = model.current(key);
            return switch (condition) {
                case Condition.Always _ -> true;
                case Condition.Absent _ -> current == null;
                case Condition.Present _ -> current != null;
                case Condition.Matches(String etag) ->
                        current != null && etag.equals(current.etag());
                case Condition.Differs(String etag) ->
                        current == null || !etag.equals(current.etag());
                case Condition.Seen seen -> holds(seen, model.versions(key));
            };
        }

        void commitInline() {
            commit(key(), random.write(), partition.inline(random.below(50)));
        }

        void commitSegments() {
            Bytes key = key();
            WriteId write = random.write();
            var _ = partition.execute(new OpenWrite(write, BUCKET, key, TENANT, 60_000));
            List<SegmentRef> segments = new ArrayList<>();
            for (int i = random.below(3); i >= 0; i--) {
                segments.add(partition.segment(random.below(4) == 0 ? 1L << random.below(4) : 0));
            }
            commit(key, write, partition.segments(segments));
        }

        void commit(Bytes key, WriteId write, VersionBody body) {
            Condition condition = condition(key);
            boolean holds = holds(condition, key);
            Commit commit = new Commit(write, BUCKET, key, TENANT, versioning, condition, body);
            PartitionReply reply = partition.execute(commit);
            if (!holds) {
                assertThat(reply).isInstanceOf(Refused.class);
                if (!Commits.segments(body).isEmpty()) {
                    open.add(write);
                }
                return;
            }
            Committed committed = (Committed) reply;
            assertThat(committed.nullVersion()).isEqualTo(versioning != Versioning.ENABLED);
            Commits.segments(body).forEach(one -> ever.add(one.segment()));
            model.add(
                    key,
                    new Version(
                            committed.order(),
                            committed.nullVersion(),
                            body.etag(),
                            Commits.segments(body)));
            answered.add(new Answered(commit, reply, partition.millis));
            if (committed.shardFull()) {
                partition.shard = partition.openShard();
            }
        }

        void delete() {
            Bytes key = key();
            List<Version> versions = model.versions(key);
            Which which =
                    switch (random.below(4)) {
                        case 0 -> new Which.Null();
                        case 1, 2 ->
                                versions.isEmpty()
                                        ? new Which.Order(random.number() >>> 1)
                                        : new Which.Order(
                                                versions.get(random.below(versions.size()))
                                                        .order());
                        default -> new Which.Current();
                    };
            Condition condition = condition(key);
            boolean holds = holds(condition, key);
            Delete delete =
                    new Delete(random.write(), BUCKET, key, TENANT, versioning, which, condition);
            PartitionReply reply = partition.execute(delete);
            if (!holds) {
                assertThat(reply).isInstanceOf(Refused.class);
                return;
            }
            long order = reply instanceof PartitionReply.Deleted deleted ? deleted.order() : -1;
            assertThat(reply).isEqualTo(model.delete(key, versioning, which, order));
            answered.add(new Answered(delete, reply, partition.millis));
        }

        void giveUp() {
            if (open.isEmpty()) {
                return;
            }
            WriteId write = open.removeLast();
            SegmentRef written = partition.segment();
            if (partition.execute(new CloseWrite(write, BUCKET, key(), List.of(written)))
                    instanceof WriteEnded ended) {
                assertThat(ended.committed()).isFalse();
                ever.add(written.segment());
            }
        }

        void commitClosed() {
            Bytes key = key();
            WriteId write = random.write();
            var _ = partition.execute(new CloseWrite(write, BUCKET, key, List.of()));
            assertThat(
                            partition.execute(
                                    new Commit(
                                            write,
                                            BUCKET,
                                            key,
                                            TENANT,
                                            versioning,
                                            new Condition.Always(),
                                            partition.inline(1))))
                    .isInstanceOf(Refused.class);
        }

        void time() {
            for (int i = random.below(30); i >= 0; i--) {
                partition.millis += random.below((int) PartitionState.MOST_JUMP_MILLIS);
                var _ = partition.execute(new ExpireWrites(5));
            }
            var _ = partition.execute(new PruneResults(20));
        }

        void reclaim() {
            PartitionAnswer.GarbagePage page =
                    (PartitionAnswer.GarbagePage)
                            partition.ask(new PartitionQuery.Garbage(null, partition.millis, 5));
            if (!page.rows().isEmpty()) {
                page.rows().forEach(row -> reclaimed.add(row.segment().segment()));
                partition.done(
                        new Reclaimed(
                                page.rows().stream()
                                        .map(PartitionAnswer.GarbageRow::garbageKey)
                                        .toList()));
            }
        }

        /** Results are promised for a day. */
        void repeat() {
            answered.removeIf(one -> one.millis() <= partition.millis - Writes.RESULT_MILLIS);
            if (!answered.isEmpty()) {
                Answered one = answered.get(random.below(answered.size()));
                assertThat(partition.execute(one.command())).isEqualTo(one.reply());
            }
        }

        void rebuild() {
            PartitionAnswer.UnderprotectedPage page =
                    (PartitionAnswer.UnderprotectedPage)
                            partition.ask(new PartitionQuery.Underprotected(null, 10));
            if (page.rows().isEmpty()) {
                return;
            }
            var row = page.rows().get(random.below(page.rows().size()));
            partition.done(
                    new Rebuilt(
                            BUCKET,
                            row.key(),
                            row.order(),
                            row.segment().segment(),
                            row.segment().missing()));
            List<SegmentRef> list =
                    new ArrayList<>(
                            Objects.requireNonNull(model.find(row.key(), row.order())).segments());
            list.replaceAll(
                    one ->
                            one.segment().equals(row.segment().segment())
                                    ? one.withMissing(0)
                                    : one);
            model.replace(row.key(), row.order(), list);
        }

        void replace() {
            Bytes key = key();
            for (Version version : model.versions(key)) {
                if (version.segments().isEmpty()) {
                    continue;
                }
                WriteId write = random.write();
                var _ = partition.execute(new OpenWrite(write, BUCKET, key, TENANT, 60_000));
                SegmentRef old = version.segments().getLast();
                SegmentRef fresh = TestSegments.copyOf(partition, old);
                ReplaceSegment replace =
                        new ReplaceSegment(
                                write, BUCKET, key, version.order(), old.segment(), fresh);
                partition.done(replace);
                partition.done(replace);
                ever.add(fresh.segment());
                List<SegmentRef> list = new ArrayList<>(version.segments());
                list.replaceAll(one -> one.equals(old) ? fresh : one);
                model.replace(key, version.order(), list);
                return;
            }
        }

        /** Closes the open shard, wraps its versions anew and destroys it. */
        void shards() {
            ShardId from = partition.shard;
            partition.shard = partition.openShard();
            partition.done(new CloseShard(from));
            PartitionAnswer.Holders holders =
                    (PartitionAnswer.Holders) partition.ask(new PartitionQuery.ShardHolders(from));
            List<Rewrapped> list = new ArrayList<>();
            for (Holder one : holders.holders()) {
                list.add(new Rewrapped(one.bucket(), one.key(), one.order(), random.bytes(8, 8)));
            }
            partition.done(new Rewrap(from, partition.shard, list));
            partition.done(new ConfirmRewrap(from, TestPartition.REPLICA.node()));
            partition.done(new DestroyShard(from));
        }

        void check() {
            PartitionInvariants.check(partition.rows);
            Set<SegmentId> there = new HashSet<>(PartitionInvariants.liveSegments(partition.rows));
            Set<SegmentId> live = new HashSet<>();
            model.keys
                    .values()
                    .forEach(
                            list ->
                                    list.forEach(
                                            one ->
                                                    one.segments()
                                                            .forEach(s -> live.add(s.segment()))));
            assertThat(there).isEqualTo(live);
            there.addAll(partition.garbage());
            Set<SegmentId> expected = new HashSet<>(ever);
            expected.removeAll(reclaimed);
            assertThat(there).isEqualTo(expected);
            for (Bytes key : KEYS) {
                finds(key);
            }
            lists();
        }

        void finds(Bytes key) {
            Version newest = model.newest(key);
            VersionRow found = find(key, new Which.Current());
            assertThat(found == null ? null : found.order())
                    .isEqualTo(newest == null ? null : newest.order());
            for (Version one : model.versions(key)) {
                VersionRow row = Objects.requireNonNull(find(key, new Which.Order(one.order())));
                VersionBody body = row.body();
                assertThat(row.nullVersion()).isEqualTo(one.isNull());
                assertThat(body == null ? null : body.etag()).isEqualTo(one.etag());
                assertThat(body == null ? List.of() : Commits.segments(body))
                        .isEqualTo(one.segments());
                if (one.isNull()) {
                    assertThat(find(key, new Which.Null())).isEqualTo(row);
                }
            }
        }

        @Nullable VersionRow find(Bytes key, Which which) {
            return ((PartitionAnswer.Found)
                            partition.ask(new PartitionQuery.Find(BUCKET, key, which)))
                    .row();
        }

        void lists() {
            Bytes prefix = random.coin() ? Bytes.EMPTY : key();
            if (!prefix.isEmpty() && random.coin()) {
                prefix = prefix.slice(0, prefix.length() - 1);
            }
            Bytes delimiter =
                    switch (random.below(4)) {
                        case 0 -> Bytes.EMPTY;
                        case 1 -> Bytes.utf8("//");
                        case 2 -> Bytes.hex("00");
                        default -> Bytes.utf8("/");
                    };
            for (boolean all : new boolean[] {false, true}) {
                assertThat(pages(prefix, delimiter, all, 1 + random.below(6)))
                        .as(
                                "prefix %s, delimiter %s, versions %s",
                                prefix.utf8(), delimiter.utf8(), all)
                        .isEqualTo(model.list(prefix, delimiter, all));
            }
        }

        /** All items of all pages, in the order in which S3 lists them. */
        List<Item> pages(Bytes prefix, Bytes delimiter, boolean all, int limit) {
            List<Item> items = new ArrayList<>();
            Bytes after = Bytes.EMPTY;
            long afterOrder = 0;
            do {
                Page page =
                        (Page)
                                partition.ask(
                                        new PartitionQuery.ListKeys(
                                                BUCKET,
                                                prefix,
                                                after,
                                                afterOrder,
                                                delimiter,
                                                all,
                                                limit));
                int size = page.rows().size() + page.prefixes().size();
                assertThat(size).isLessThanOrEqualTo(limit);
                assertThat(page.next().isEmpty() || size == limit).isTrue();
                List<Item> now = new ArrayList<>();
                for (int i = 0; i < page.rows().size(); i++) {
                    VersionRow row = page.rows().get(i);
                    now.add(new Item(row.key(), row.order(), page.isLatest().get(i), false));
                }
                page.prefixes().forEach(one -> now.add(new Item(one, 0, false, true)));
                now.sort(PartitionModelTest::compare);
                items.addAll(now);
                after = page.next();
                afterOrder = page.nextOrder();
            } while (!after.isEmpty());
            return items;
        }
    }

    private static int compare(Item one, Item other) {
        int names = one.name().compareTo(other.name());
        return names != 0 ? names : Long.compare(other.order(), one.order());
    }

    @Test
    void randomCommandsAgreeWithThePlainModel() {
        for (long seed = 0; seed < SEEDS; seed++) {
            int step = 0;
            try {
                Run run = new Run(seed);
                for (; step < STEPS; step++) {
                    run.step();
                    if (step % STEPS_PER_CHECK == 0) {
                        run.check();
                    }
                }
                run.check();
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError("seed " + seed + ", step " + step, failure);
            }
        }
    }

    @Test
    void noCommandOrQuestionThatDecodesMakesTheStateThrow() {
        for (long seed = 0; seed < 200; seed++) {
            RandomValues random = new RandomValues(seed);
            TestPartition partition = new TestPartition(seed);
            try {
                for (PartitionCommand command : random.partitionCommands()) {
                    Stamp stamp = new Stamp(++partition.millis, random.number(), 0, 1);
                    var _ = partition.execute(stamp, command);
                    var _ = partition.execute(random.stamp(), command);
                }
                RandomUploads uploads = new RandomUploads(random);
                for (PartitionCommand command : uploads.commands()) {
                    Stamp stamp = new Stamp(++partition.millis, random.number(), 0, 1);
                    var _ = partition.execute(stamp, command);
                }
                random.queries().forEach(partition::ask);
                uploads.queries().forEach(partition::ask);
                PartitionInvariants.check(partition.rows);
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    @Test
    void everyPartitionIsDividedExactly() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            for (int step = 0; step < STEPS; step++) {
                run.step();
            }
            Bytes at = RowKeys.keyPrefix(BUCKET, run.key());
            DividedPartition halves = DividedPartition.divide(run.partition, at);
            halves.finish();
            DividedPartition.sweep(halves.parent, 1 + run.random.below(30));
            DividedPartition.sweep(halves.child, 1 + run.random.below(30));
            try {
                halves.checkThatNothingIsLost();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void replicasThatApplyTheSameCommandsHaveTheSameRows() {
        Run one = new Run(5);
        Run other = new Run(5);
        for (int step = 0; step < 200; step++) {
            one.step();
            other.step();
        }
        assertThat(one.partition.rows).isEqualTo(other.partition.rows);
    }
}
