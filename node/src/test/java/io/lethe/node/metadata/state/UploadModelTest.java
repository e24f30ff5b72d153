package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.Holder;
import io.lethe.node.metadata.command.PartitionAnswer.Holders;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.AbortUpload;
import io.lethe.node.metadata.command.PartitionCommand.CompleteUpload;
import io.lethe.node.metadata.command.PartitionCommand.PartName;
import io.lethe.node.metadata.command.PartitionCommand.PutPart;
import io.lethe.node.metadata.command.PartitionCommand.Rebuilt;
import io.lethe.node.metadata.command.PartitionCommand.ReplaceSegment;
import io.lethe.node.metadata.command.PartitionCommand.Rewrap;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionCommand.SaveHash;
import io.lethe.node.metadata.command.PartitionCommand.SweepParts;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.PartPut;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.RandomValues;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random commands about uploads against the state and a plain model, from seeds: what is read,
 * listed and left as garbage must agree, and the rows' own invariants must hold.
 */
class UploadModelTest {
    private static final int SEEDS = 40;
    private static final int STEPS = 150;

    private record Part(long order, List<SegmentRef> segments) {
        long sizeBytes() {
            return segments.stream().mapToLong(SegmentRef::lengthBytes).sum();
        }
    }

    /** An upload and its parts; once it is a version, those that it names. */
    private static final class Upload {
        final UploadRef ref;
        NavigableMap<Integer, Part> parts = new TreeMap<>();
        long version;

        Upload(UploadRef ref) {
            this.ref = ref;
        }
    }

    private static final class Run {
        final RandomValues random;
        final TestPartition partition;
        final TestUploads uploads;
        final List<Upload> open = new ArrayList<>();
        final List<Upload> versions = new ArrayList<>();
        final Set<SegmentId> ever = new HashSet<>();

        Run(long seed) {
            random = new RandomValues(seed);
            partition = new TestPartition(seed + 2_000_000);
            partition.tell(seed);
            uploads = new TestUploads(partition);
        }

        void step() {
            switch (random.below(20)) {
                case 0, 1 -> open.add(new Upload(uploads.create("k" + random.below(3))));
                case 2, 3, 4, 5, 6, 7 -> put();
                case 8, 9 -> complete();
                case 10 -> abort();
                case 11, 12 -> delete();
                case 13 -> rebuild();
                case 14 -> replace();
                case 15 -> shards();
                case 16, 17 -> hash();
                default -> {
                    var _ =
                            partition.execute(
                                    new SweepParts(1 + random.below(5), random.below(10)));
                }
            }
        }

        Upload any(List<Upload> list) {
            return list.get(random.below(list.size()));
        }

        void put() {
            if (open.isEmpty()) {
                return;
            }
            Upload upload = any(open);
            int number = 1 + random.below(5);
            List<SegmentRef> segments = new ArrayList<>();
            for (int i = random.below(3); i >= 0; i--) {
                segments.add(partition.segment(random.below(4) == 0 ? 1L << random.below(4) : 0));
            }
            PutPart put = uploads.part(upload.ref, number, segments.toArray(SegmentRef[]::new));
            PartPut reply = (PartPut) partition.execute(put);
            assertThat(partition.execute(put)).isEqualTo(reply);
            segments.forEach(one -> ever.add(one.segment()));
            upload.parts.put(number, new Part(reply.order(), segments));
        }

        void complete() {
            if (open.isEmpty()) {
                return;
            }
            Upload upload = any(open);
            NavigableMap<Integer, Part> chosen = new TreeMap<>();
            List<PartName> names = new ArrayList<>();
            upload.parts.forEach(
                    (number, part) -> {
                        if (random.below(4) != 0) {
                            chosen.put(number, part);
                            names.add(new PartName(number, part.order()));
                        }
                    });
            CompleteUpload completion = uploads.completion(upload.ref, Versioning.ENABLED, names);
            PartitionReply reply = partition.execute(completion);
            if (names.isEmpty()) {
                assertThat(reply).isInstanceOf(Refused.class);
                return;
            }
            Committed committed = (Committed) reply;
            assertThat(partition.execute(completion)).isEqualTo(committed);
            upload.version = committed.order();
            upload.parts = chosen;
            open.remove(upload);
            versions.add(upload);
        }

        void abort() {
            if (!open.isEmpty()) {
                Upload upload = any(open);
                partition.done(new AbortUpload(upload.ref));
                open.remove(upload);
            }
        }

        void delete() {
            if (!versions.isEmpty()) {
                Upload upload = any(versions);
                var _ =
                        partition.delete(
                                upload.ref.key().utf8(),
                                Versioning.ENABLED,
                                new Which.Order(upload.version));
                versions.remove(upload);
            }
        }

        void rebuild() {
            var rows =
                    ((PartitionAnswer.UnderprotectedPage)
                                    partition.ask(new PartitionQuery.Underprotected(null, 10)))
                            .rows();
            for (var row : rows) {
                SegmentRef segment = row.segment();
                partition.done(
                        new Rebuilt(
                                BUCKET,
                                row.key(),
                                row.order(),
                                segment.segment(),
                                segment.missing()));
                swap(row.order(), segment, segment.withMissing(0));
            }
        }

        void swap(long order, SegmentRef old, SegmentRef fresh) {
            for (List<Upload> list : List.of(open, versions)) {
                for (Upload upload : list) {
                    upload.parts.replaceAll(
                            (_, part) -> part.order() == order ? swap(part, old, fresh) : part);
                }
            }
        }

        static Part swap(Part part, SegmentRef old, SegmentRef fresh) {
            List<SegmentRef> segments = new ArrayList<>(part.segments());
            segments.replaceAll(one -> one.segment().equals(old.segment()) ? fresh : one);
            return new Part(part.order(), segments);
        }

        void replace() {
            List<Upload> from = random.coin() ? open : versions;
            if (from.isEmpty() || any(from).parts.isEmpty()) {
                return;
            }
            Upload upload = any(from);
            if (upload.parts.isEmpty()) {
                return;
            }
            Part part = upload.parts.firstEntry().getValue();
            SegmentRef old = part.segments().getFirst();
            SegmentRef fresh = TestSegments.copyOf(partition, old);
            WriteId write = partition.open(upload.ref.key().utf8());
            partition.done(
                    new ReplaceSegment(
                            write, BUCKET, upload.ref.key(), part.order(), old.segment(), fresh));
            ever.add(fresh.segment());
            swap(part.order(), old, fresh);
        }

        void shards() {
            ShardId from = partition.shard;
            partition.shard = partition.openShard();
            partition.done(new PartitionCommand.CloseShard(from));
            Holders holders = (Holders) partition.ask(new PartitionQuery.ShardHolders(from));
            List<Rewrapped> list = new ArrayList<>();
            for (Holder one : holders.holders()) {
                list.add(new Rewrapped(one.bucket(), one.key(), one.order(), random.bytes(8, 8)));
            }
            partition.done(new Rewrap(from, partition.shard, list));
            partition.done(new PartitionCommand.ConfirmRewrap(from, TestPartition.REPLICA.node()));
            partition.done(new PartitionCommand.DestroyShard(from));
        }

        void hash() {
            var work =
                    ((PartitionAnswer.HashPage) partition.ask(new PartitionQuery.HashWork(null, 3)))
                            .items();
            for (PartitionAnswer.HashItem item : work) {
                int before = item.parts().getFirst().number() - 1;
                assertThat(item.before()).isEqualTo(expected(item.upload(), before));
                for (PartRow part : item.parts()) {
                    partition.done(
                            new SaveHash(
                                    item.upload(),
                                    new PartName(part.number(), part.order()),
                                    expected(item.upload(), part.number() - 1),
                                    expected(item.upload(), part.number())));
                }
            }
        }

        /** Stands for the orders of all parts that are hashed. */
        Bytes expected(UploadRef ref, int through) {
            Bytes state = Bytes.EMPTY;
            for (Upload upload : open) {
                if (upload.ref.equals(ref)) {
                    for (Part part : upload.parts.headMap(through, true).values()) {
                        int mix = state.hashCode() * 31 + Long.hashCode(part.order());
                        state = Bytes.utf8("m" + mix);
                    }
                }
            }
            return state;
        }

        void check() {
            PartitionInvariants.check(partition.rows);
            for (Upload upload : open) {
                assertThat(uploads.parts(upload.ref))
                        .extracting(PartRow::order)
                        .containsExactlyElementsOf(
                                upload.parts.values().stream().map(Part::order).toList());
            }
            versions.forEach(this::reads);
            lists();
        }

        void reads(Upload upload) {
            long total = upload.parts.values().stream().mapToLong(Part::sizeBytes).sum();
            long offset = random.number() % total;
            List<SegmentId> expected = new ArrayList<>();
            long at = 0;
            for (Part part : upload.parts.values()) {
                at += part.sizeBytes();
                if (at > offset) {
                    part.segments().forEach(one -> expected.add(one.segment()));
                }
            }
            assertThat(uploads.segmentsAt(upload.ref, offset, 1_000)).isEqualTo(expected);
            assertThat(uploads.parts(upload.ref))
                    .extracting(PartRow::number)
                    .containsExactlyElementsOf(upload.parts.keySet());
        }

        void lists() {
            List<Long> expected =
                    open.stream()
                            .sorted(
                                    (a, b) -> {
                                        int keys = a.ref.key().compareTo(b.ref.key());
                                        return keys != 0
                                                ? keys
                                                : Long.compare(a.ref.order(), b.ref.order());
                                    })
                            .map(one -> one.ref.order())
                            .toList();
            List<Long> listed = new ArrayList<>();
            Bytes after = Bytes.EMPTY;
            long afterOrder = 0;
            do {
                PartitionAnswer.UploadPage page =
                        uploads.page("k", after, afterOrder, "", 1 + random.below(3));
                page.rows().stream().map(UploadRow::order).forEach(listed::add);
                after = page.next();
                afterOrder = page.nextOrder();
            } while (!after.isEmpty());
            assertThat(listed).isEqualTo(expected);
        }

        void checkGarbage() {
            uploads.sweep(7);
            Set<SegmentId> live = new HashSet<>();
            for (List<Upload> list : List.of(open, versions)) {
                for (Upload upload : list) {
                    for (Part part : upload.parts.values()) {
                        part.segments().forEach(one -> live.add(one.segment()));
                    }
                }
            }
            assertThat(PartitionInvariants.liveSegments(partition.rows)).isEqualTo(live);
            Set<SegmentId> there = new HashSet<>(partition.garbage());
            there.addAll(live);
            assertThat(there).isEqualTo(ever);
        }
    }

    @Test
    void everyPartitionOfUploadsIsDividedExactly() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Run run = new Run(seed);
            for (int step = 0; step < STEPS; step++) {
                run.step();
            }
            Bytes at =
                    RowKeys.keyPrefix(TestPartition.BUCKET, Bytes.utf8("k" + run.random.below(3)));
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
    void randomCommandsAgreeWithThePlainModel() {
        for (long seed = 0; seed < SEEDS; seed++) {
            int step = 0;
            try {
                Run run = new Run(seed);
                for (; step < STEPS; step++) {
                    run.step();
                    if (step % 5 == 0) {
                        run.check();
                    }
                }
                run.checkGarbage();
                run.check();
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError("seed " + seed + ", step " + step, failure);
            }
        }
    }
}
