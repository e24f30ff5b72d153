package io.lethe.node.metadata.state;

import static io.lethe.node.metadata.state.TestPartition.BUCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartRow;
import io.lethe.node.metadata.command.PartitionAnswer.Empty;
import io.lethe.node.metadata.command.PartitionAnswer.HashItem;
import io.lethe.node.metadata.command.PartitionAnswer.HashLag;
import io.lethe.node.metadata.command.PartitionAnswer.HashPage;
import io.lethe.node.metadata.command.PartitionAnswer.Holder;
import io.lethe.node.metadata.command.PartitionAnswer.Holders;
import io.lethe.node.metadata.command.PartitionAnswer.KeyFound;
import io.lethe.node.metadata.command.PartitionAnswer.MidstateFound;
import io.lethe.node.metadata.command.PartitionAnswer.PartSpan;
import io.lethe.node.metadata.command.PartitionAnswer.UnderprotectedPage;
import io.lethe.node.metadata.command.PartitionAnswer.UploadFound;
import io.lethe.node.metadata.command.PartitionAnswer.UploadPage;
import io.lethe.node.metadata.command.PartitionAnswer.WriteState;
import io.lethe.node.metadata.command.PartitionAnswer.WriteStates;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.AbortUpload;
import io.lethe.node.metadata.command.PartitionCommand.CompleteUpload;
import io.lethe.node.metadata.command.PartitionCommand.CreateUpload;
import io.lethe.node.metadata.command.PartitionCommand.Fence;
import io.lethe.node.metadata.command.PartitionCommand.PartName;
import io.lethe.node.metadata.command.PartitionCommand.PutPart;
import io.lethe.node.metadata.command.PartitionCommand.Rebuilt;
import io.lethe.node.metadata.command.PartitionCommand.ReplaceSegment;
import io.lethe.node.metadata.command.PartitionCommand.Rewrap;
import io.lethe.node.metadata.command.PartitionCommand.Rewrapped;
import io.lethe.node.metadata.command.PartitionCommand.SaveHash;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.PartPut;
import io.lethe.node.metadata.command.PartitionReply.Refused;
import io.lethe.node.metadata.command.PartitionReply.Retry;
import io.lethe.node.metadata.command.UploadRef;
import io.lethe.node.metadata.command.UploadRow;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Protection;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UploadsTest {
    private static final Bytes KEY = Bytes.utf8("key");
    private final TestPartition partition = new TestPartition(9);
    private final TestUploads uploads = new TestUploads(partition);

    @AfterEach
    void rowsAgree() {
        PartitionInvariants.check(partition.rows);
    }

    private static ErrorCode code(PartitionReply reply) {
        return ((Refused) reply).code();
    }

    private WriteState state(WriteId write, SegmentRef segment) {
        return ((WriteStates)
                        partition.ask(
                                new PartitionQuery.SegmentStates(
                                        List.of(
                                                new PartitionQuery.SegmentAsk(
                                                        write, segment.segment())))))
                .states()
                .getFirst()
                .state();
    }

    private UploadFound find(UploadRef upload) {
        return (UploadFound) partition.ask(new PartitionQuery.FindUpload(upload));
    }

    @Test
    void anUploadIsFoundUntilItIsCompleted() {
        CreateUpload creation = uploads.creation(KEY);
        PartitionReply.UploadCreated created =
                (PartitionReply.UploadCreated) partition.execute(creation);
        UploadRef upload = new UploadRef(BUCKET, KEY, created.order(), creation.write());
        assertThat(partition.execute(creation)).isEqualTo(created);
        UploadRow row = Objects.requireNonNull(find(upload).row());
        assertThat(row.sealedInfo()).isEqualTo(creation.sealedInfo());
        assertThat(row.checksum()).isEqualTo(creation.checksum());
        assertThat(find(upload).shard()).isEqualTo(partition.rows.slot(partition.shard));
        assertThat(partition.current("key")).isNull();
        PartName part = uploads.put(upload, 1, partition.segment());
        Committed done = (Committed) uploads.complete(upload, part);
        assertThat(find(upload)).isEqualTo(new UploadFound(null, null, done.order()));
        assertThat(Objects.requireNonNull(partition.current("key")).write())
                .isEqualTo(upload.write());
        assertThat(uploads.list("", Bytes.EMPTY, 0, 10)).isEmpty();
    }

    @Test
    void aCompletedUploadIsAVersionOfItsPartsInOrder() {
        UploadRef upload = uploads.create("key");
        SegmentRef first = partition.segment();
        SegmentRef second = partition.segment();
        SegmentRef third = partition.segment();
        PartName three = uploads.put(upload, 3, third);
        PartName one = uploads.put(upload, 1, first, second);
        CompleteUpload completion =
                uploads.completion(upload, Versioning.ENABLED, List.of(one, three));
        Committed done = (Committed) partition.execute(completion);
        assertThat(partition.execute(completion)).as("again").isEqualTo(done);
        VersionBody body = Objects.requireNonNull(partition.current("key")).body();
        assertThat(Objects.requireNonNull(body).placement())
                .isEqualTo(new Placement.Parts(upload.order(), 2));
        long firstPart = (long) first.lengthBytes() + second.lengthBytes();
        assertThat(body.sizeBytes()).isEqualTo(firstPart + third.lengthBytes());
        assertThat(uploads.segmentsAt(upload, 0, 10))
                .containsExactly(first.segment(), second.segment(), third.segment());
        assertThat(uploads.segmentsAt(upload, firstPart, 10)).containsExactly(third.segment());
        assertThat(uploads.segmentsAt(upload, firstPart - 1, 1))
                .as("at least one part's")
                .containsExactly(first.segment(), second.segment());
        assertThat(uploads.segmentsAt(upload, body.sizeBytes(), 10)).isEmpty();
        assertThat(partition.ask(new PartitionQuery.FindPart(upload, 3)))
                .isEqualTo(new PartSpan(true, firstPart, third.lengthBytes()));
        assertThat(partition.ask(new PartitionQuery.FindPart(upload, 2)))
                .isEqualTo(new PartSpan(false, 0, 0));
        assertThat(partition.figures().bytes()).isEqualTo(body.sizeBytes());
        assertThat(PartitionInvariants.usageOf(partition.rows, TestPartition.TENANT, BUCKET))
                .isEqualTo(new Ledger.Usage(1, body.sizeBytes()));
    }

    @Test
    void aPartTakesThePlaceOfAFormerOneOfItsNumber() {
        UploadRef upload = uploads.create("key");
        SegmentRef old = partition.segment(0b1000);
        PutPart first = uploads.part(upload, 1, old);
        PartPut put = (PartPut) partition.execute(first);
        SegmentRef fresh = partition.segment();
        PartName second = uploads.put(upload, 1, fresh);
        assertThat(partition.garbage()).containsExactly(old.segment());
        assertThat(partition.figures().underprotected()).isZero();
        assertThat(partition.execute(first)).as("a late repeat").isEqualTo(put);
        assertThat(uploads.parts(upload))
                .extracting(PartRow::order)
                .containsExactly(second.order());
        assertThat(state(first.write(), old)).isEqualTo(WriteState.CLOSED);
        assertThat(code(uploads.complete(upload, new PartName(1, put.order()))))
                .isEqualTo(ErrorCode.INVALID_PART);
    }

    @Test
    void chunksOfAPartAreNamedAsLongAsThePart() {
        UploadRef upload = uploads.create("key");
        SegmentRef segment = partition.segment();
        PutPart part = uploads.part(upload, 1, segment);
        assertThat(state(part.write(), segment)).isEqualTo(WriteState.OPEN);
        PartPut put = (PartPut) partition.execute(part);
        assertThat(state(part.write(), segment)).isEqualTo(WriteState.COMMITTED);
        assertThat(state(part.write(), partition.segment())).isEqualTo(WriteState.CLOSED);
        var _ = uploads.complete(upload, new PartName(1, put.order()));
        assertThat(state(part.write(), segment)).isEqualTo(WriteState.COMMITTED);
        var _ = partition.delete("key", Versioning.OFF, new Which.Current());
        uploads.sweep(10);
        assertThat(state(part.write(), segment)).isEqualTo(WriteState.CLOSED);
    }

    @Test
    void whatACompletionLeavesOutIsSweptAndTheRestIsNot() {
        UploadRef upload = uploads.create("key");
        SegmentRef named = partition.segment();
        SegmentRef leftOut = partition.segment();
        PartName one = uploads.put(upload, 1, named);
        var _ = uploads.put(upload, 2, leftOut);
        var _ = uploads.complete(upload, one);
        assertThat(uploads.parts(upload)).extracting(PartRow::number).containsExactly(1);
        uploads.sweep(1);
        assertThat(partition.garbage()).containsExactly(leftOut.segment());
        assertThat(uploads.segmentsAt(upload, 0, 10)).containsExactly(named.segment());
    }

    @Test
    void anAbortedUploadIsSweptInSmallSteps() {
        UploadRef upload = uploads.create("key");
        List<SegmentRef> segments = new ArrayList<>();
        for (int number = 1; number <= 20; number++) {
            segments.add(partition.segment());
            var _ = uploads.put(upload, number, segments.getLast());
        }
        partition.done(new AbortUpload(upload));
        partition.done(new AbortUpload(upload));
        assertThat(partition.figures().openWrites()).isZero();
        assertThat(partition.execute(new PartitionCommand.SweepParts(10, 0)))
                .isEqualTo(new PartitionReply.Swept(10));
        assertThat(partition.garbage()).hasSize(5);
        uploads.sweep(10);
        assertThat(partition.garbage())
                .containsExactlyInAnyOrderElementsOf(
                        segments.stream().map(SegmentRef::segment).toList());
        assertThat(partition.rows.family(Family.PARTS)).isEmpty();
        assertThat(partition.rows.family(Family.UPLOADS)).isEmpty();
    }

    @Test
    void aDeletedVersionTakesItsPartsAlong() {
        UploadRef upload = uploads.create("key");
        SegmentRef segment = partition.segment(0b0100);
        PartName part = uploads.put(upload, 1, segment);
        var _ = uploads.complete(upload, part);
        var _ = partition.delete("key", Versioning.OFF, new Which.Current());
        assertThat(partition.figures().bytes()).isZero();
        uploads.sweep(100);
        assertThat(partition.garbage()).containsExactly(segment.segment());
        assertThat(partition.figures().underprotected()).isZero();
        assertThat(partition.rows.family(Family.PARTS)).isEmpty();
        assertThat(uploads.segmentsAt(upload, 0, 10)).isEmpty();
    }

    @Test
    void whoReadsAVersionThatGoesReadsOnForAWhile() {
        UploadRef upload = uploads.create("key");
        SegmentRef segment = partition.segment();
        var _ = uploads.complete(upload, uploads.put(upload, 1, segment));
        uploads.sweep(100);
        var _ = partition.delete("key", Versioning.OFF, new Which.Current());
        PartitionCommand sweep = new PartitionCommand.SweepParts(100, 1_000);
        assertThat(partition.execute(sweep)).isEqualTo(new PartitionReply.Swept(0));
        assertThat(uploads.segmentsAt(upload, 0, 10)).containsExactly(segment.segment());
        partition.millis += 1_000;
        assertThat(partition.execute(sweep)).isNotEqualTo(new PartitionReply.Swept(0));
        assertThat(uploads.segmentsAt(upload, 0, 10)).isEmpty();
        assertThat(partition.garbage()).containsExactly(segment.segment());
    }

    @Test
    void whatIsOverTakesNoMore() {
        UploadRef aborted = uploads.create("key");
        partition.done(new AbortUpload(aborted));
        PutPart late = uploads.part(aborted, 1, partition.segment());
        assertThat(code(partition.execute(late))).isEqualTo(ErrorCode.NO_SUCH_UPLOAD);
        assertThat(code(uploads.complete(aborted, new PartName(1, 1))))
                .isEqualTo(ErrorCode.NO_SUCH_UPLOAD);
        UploadRef completed = uploads.create("key");
        PartName part = uploads.put(completed, 1, partition.segment());
        var _ = uploads.complete(completed, part);
        assertThat(code(partition.execute(new AbortUpload(completed))))
                .isEqualTo(ErrorCode.NO_SUCH_UPLOAD);
        UploadRef never = new UploadRef(BUCKET, KEY, 77, partition.random.write());
        assertThat(code(partition.execute(new AbortUpload(never))))
                .isEqualTo(ErrorCode.NO_SUCH_UPLOAD);
        UploadRef wrongWrite =
                new UploadRef(BUCKET, KEY, completed.order(), partition.random.write());
        assertThat(find(wrongWrite).row()).isNull();
    }

    @Test
    void completionsThatAreWrongChangeNothing() {
        UploadRef upload = uploads.create("key");
        PartName one = uploads.put(upload, 1, partition.segment());
        PartName two = uploads.put(upload, 2, partition.segment());
        PartName empty = uploads.put(upload, 3);
        PartName four = uploads.put(upload, 4, partition.segment());
        record Row(List<PartName> parts, ErrorCode code) {}
        for (Row row :
                List.of(
                        new Row(List.of(), ErrorCode.INVALID_ARGUMENT),
                        new Row(List.of(two, one), ErrorCode.INVALID_PART_ORDER),
                        new Row(List.of(one, one), ErrorCode.INVALID_PART_ORDER),
                        new Row(List.of(one, new PartName(9, 5)), ErrorCode.INVALID_PART),
                        new Row(List.of(new PartName(1, two.order())), ErrorCode.INVALID_PART),
                        new Row(List.of(empty, four), ErrorCode.ENTITY_TOO_SMALL))) {
            assertThat(
                            code(
                                    partition.execute(
                                            uploads.completion(
                                                    upload, Versioning.OFF, row.parts()))))
                    .as("%s", row.parts())
                    .isEqualTo(row.code());
        }
        var _ = partition.put("key", Versioning.OFF);
        CompleteUpload plain = uploads.completion(upload, Versioning.OFF, List.of(one, empty));
        CompleteUpload onlyIfNone =
                new CompleteUpload(
                        upload,
                        plain.tenant(),
                        plain.versioning(),
                        new Condition.Absent(),
                        plain.parts(),
                        plain.etag(),
                        plain.md5(),
                        plain.sha256(),
                        plain.sealedInfo());
        assertThat(code(partition.execute(onlyIfNone))).isEqualTo(ErrorCode.PRECONDITION_FAILED);
        assertThat(partition.execute(plain)).isInstanceOf(Committed.class);
    }

    @Test
    void uploadsOfRequestsAreFencedAndTheirEndsAreNot() {
        UploadRef upload = uploads.create("key");
        PutPart part = uploads.part(upload, 1, partition.segment());
        partition.done(new Fence(partition.checkedAt + 1));
        assertThat(partition.execute(part)).isInstanceOf(Retry.class);
        assertThat(partition.execute(uploads.creation(KEY))).isInstanceOf(Retry.class);
        assertThat(uploads.complete(upload, new PartName(1, 1))).isInstanceOf(Retry.class);
        partition.done(new AbortUpload(upload));
        assertThat(partition.ask(new PartitionQuery.BucketEmpty(BUCKET)))
                .as("the part's write is open")
                .isEqualTo(new Empty(false));
    }

    @Test
    void uploadsDoNotKeepABucket() {
        UploadRef upload = uploads.create("key");
        var _ = uploads.put(upload, 1, partition.segment());
        assertThat(partition.ask(new PartitionQuery.BucketEmpty(BUCKET)))
                .isEqualTo(new Empty(true));
    }

    @Test
    void missingChunksOfPartsAreRebuiltAndReplacedBeforeAndAfterCompletion() {
        UploadRef upload = uploads.create("key");
        SegmentRef one = partition.segment(0b1000);
        SegmentRef two = partition.segment(0b0001);
        PartName part = uploads.put(upload, 1, one, two);
        var rows =
                ((UnderprotectedPage) partition.ask(new PartitionQuery.Underprotected(null, 10)))
                        .rows();
        assertThat(rows).hasSize(2).allMatch(row -> row.order() == part.order());
        partition.done(new Rebuilt(BUCKET, KEY, part.order(), one.segment(), 0b1000));
        assertThat(partition.figures().underprotected()).isEqualTo(1);
        var _ = uploads.complete(upload, part);
        KeyFound key =
                (KeyFound) partition.ask(new PartitionQuery.DataKey(BUCKET, KEY, part.order()));
        assertThat(Objects.requireNonNull(key.key()).write()).isEqualTo(upload.write());
        SegmentRef fresh = TestSegments.copyOf(partition, two);
        WriteId write = partition.open("key");
        partition.done(new ReplaceSegment(write, BUCKET, KEY, part.order(), two.segment(), fresh));
        assertThat(partition.figures().underprotected()).isZero();
        assertThat(partition.garbage()).containsExactly(two.segment());
        assertThat(uploads.segmentsAt(upload, 0, 10))
                .containsExactly(one.segment(), fresh.segment());
        assertThat(state(write, fresh)).isEqualTo(WriteState.COMMITTED);
    }

    @Test
    void aShardIsWrappedAnewWhileAnUploadGoesOn() {
        UploadRef open = uploads.create("a");
        UploadRef done = uploads.create("b");
        var _ = uploads.complete(done, uploads.put(done, 1, partition.segment()));
        ShardId from = partition.shard;
        ShardId to = partition.openShard();
        partition.done(new PartitionCommand.CloseShard(from));
        Holders holders = (Holders) partition.ask(new PartitionQuery.ShardHolders(from));
        assertThat(holders.holders())
                .extracting(Holder::write)
                .contains(open.write(), done.write());
        List<Rewrapped> list = new ArrayList<>();
        for (Holder one : holders.holders()) {
            list.add(
                    new Rewrapped(
                            one.bucket(),
                            one.key(),
                            one.order(),
                            one.write().equals(open.write()) ? Bytes.hex("01") : Bytes.hex("02")));
        }
        partition.done(new Rewrap(from, to, list));
        assertThat(Objects.requireNonNull(find(open).row()).wrappedKey())
                .isEqualTo(Bytes.hex("01"));
        VersionRow version = Objects.requireNonNull(partition.current("b"));
        assertThat(Objects.requireNonNull(version.body()).wrappedKey()).isEqualTo(Bytes.hex("02"));
        var _ = uploads.complete(open, uploads.put(open, 1, partition.segment()));
        VersionBody body = Objects.requireNonNull(partition.current("a")).body();
        assertThat(Objects.requireNonNull(body).shard()).isEqualTo(to);
        partition.done(new PartitionCommand.ConfirmRewrap(from, TestPartition.REPLICA.node()));
        partition.done(new PartitionCommand.DestroyShard(from));
    }

    private List<HashItem> hashWork() {
        return ((HashPage) partition.ask(new PartitionQuery.HashWork(null, 10))).items();
    }

    private void assertNext(UploadRef upload, Bytes before, PartName... parts) {
        assertThat(hashWork())
                .singleElement()
                .satisfies(
                        item -> {
                            assertThat(item.upload()).isEqualTo(upload);
                            assertThat(item.before()).isEqualTo(before);
                            assertThat(item.parts())
                                    .extracting(part -> new PartName(part.number(), part.order()))
                                    .containsExactly(parts);
                            long bytes =
                                    item.parts().stream()
                                            .mapToLong(part -> part.body().sizeBytes())
                                            .sum();
                            assertThat(partition.ask(new PartitionQuery.FindHashLag(upload)))
                                    .isEqualTo(new HashLag(hashedThrough(upload), bytes));
                        });
    }

    private int hashedThrough(UploadRef upload) {
        return ((MidstateFound) partition.ask(new PartitionQuery.FindMidstate(upload, 10_000)))
                .number();
    }

    @Test
    void hashesFollowThePartsAndFallBackToTheOneBeforeAReplacedPart() {
        UploadRef upload = uploads.create("key");
        PartName two = uploads.put(upload, 2, partition.segment());
        assertThat(hashWork()).as("the first part is missing").isEmpty();
        PartName one = uploads.put(upload, 1, partition.segment());
        PartName three = uploads.put(upload, 3, partition.segment());
        PartName five = uploads.put(upload, 5, partition.segment());
        assertNext(upload, Bytes.EMPTY, one, two, three);
        partition.done(new SaveHash(upload, two, Bytes.hex("11"), Bytes.hex("22")));
        assertThat(hashedThrough(upload)).as("not the next one").isZero();
        partition.done(new SaveHash(upload, one, Bytes.EMPTY, Bytes.hex("11")));
        assertNext(upload, Bytes.hex("11"), two, three);
        partition.done(new SaveHash(upload, two, Bytes.hex("11"), Bytes.hex("22")));
        partition.done(new SaveHash(upload, three, Bytes.hex("22"), Bytes.hex("33")));
        assertThat(hashWork()).as("the fourth part is missing").isEmpty();
        assertThat(partition.ask(new PartitionQuery.FindHashLag(upload)))
                .isEqualTo(new HashLag(3, 0));
        assertThat(partition.ask(new PartitionQuery.FindMidstate(upload, 2)))
                .isEqualTo(new MidstateFound(2, Bytes.hex("22")));
        PartName other = uploads.put(upload, 2, partition.segment());
        assertThat(hashedThrough(upload)).isEqualTo(1);
        assertNext(upload, Bytes.hex("11"), other, three);
        partition.done(new SaveHash(upload, two, Bytes.hex("11"), Bytes.hex("22")));
        assertThat(hashedThrough(upload)).as("of the part that was replaced").isEqualTo(1);
        partition.done(new SaveHash(upload, other, Bytes.hex("11"), Bytes.hex("99")));
        partition.done(new SaveHash(upload, three, Bytes.hex("22"), Bytes.hex("33")));
        assertThat(hashedThrough(upload)).as("hashed behind the part that was").isEqualTo(2);
        var _ = uploads.complete(upload, one, other, three, five);
        assertThat(hashWork()).isEmpty();
        uploads.sweep(100);
    }

    @Test
    void uploadsAreListedByKeyThenTime() {
        UploadRef b1 = uploads.create("b");
        UploadRef b2 = uploads.create("b");
        UploadRef a = uploads.create("a");
        UploadRef dir = uploads.create("d/x");
        var _ = uploads.create("d/y");
        assertThat(uploads.list("", Bytes.EMPTY, 0, 10))
                .extracting(UploadRow::order)
                .startsWith(a.order(), b1.order(), b2.order(), dir.order())
                .hasSize(5);
        assertThat(uploads.list("", b1.key(), b1.order(), 1))
                .extracting(UploadRow::order)
                .containsExactly(b2.order());
        assertThat(uploads.list("b", b1.key(), 0, 10)).isEmpty();
        UploadPage page = uploads.page("", Bytes.EMPTY, 0, "/", 4);
        assertThat(page.rows()).hasSize(3).allMatch(row -> row.sealedInfo().isEmpty());
        assertThat(page.prefixes()).containsExactly(Bytes.utf8("d/"));
        assertThat(page.next()).isEqualTo(Bytes.EMPTY);
        UploadPage first = uploads.page("", Bytes.EMPTY, 0, "/", 2);
        UploadPage second = uploads.page("", first.next(), first.nextOrder(), "/", 2);
        assertThat(second.rows()).extracting(UploadRow::order).containsExactly(b2.order());
        assertThat(second.prefixes()).containsExactly(Bytes.utf8("d/"));
    }

    @Test
    void aVersionOfTenThousandPartsIsFoundByOffsetAndNumber() {
        UploadRef upload = uploads.create("key");
        List<PartName> names = new ArrayList<>();
        List<SegmentRef> segments = new ArrayList<>();
        long total = 0;
        for (int number = 1; number <= PartRow.MOST_PARTS; number++) {
            segments.add(partition.segment());
            names.add(uploads.put(upload, number, segments.getLast()));
            total += segments.getLast().lengthBytes();
        }
        var _ = partition.execute(uploads.completion(upload, Versioning.OFF, names));
        long offset = 0;
        for (int at = 0; at < 9_000; at++) {
            offset += segments.get(at).lengthBytes();
        }
        assertThat(uploads.segmentsAt(upload, offset, 1))
                .containsExactly(segments.get(9_000).segment());
        assertThat(partition.ask(new PartitionQuery.FindPart(upload, 9_001)))
                .isEqualTo(new PartSpan(true, offset, segments.get(9_000).lengthBytes()));
        assertThat(uploads.segmentsAt(upload, total - 1, 1))
                .containsExactly(segments.getLast().segment());
        assertThat(partition.rows.family(Family.CURRENT).firstEntry().getValue().length())
                .as("the version's own row")
                .isLessThan(400);
    }

    @Test
    void anUploadsLockIsItsVersionsAndTheDefaultCountsFromItsCompletion() {
        long soon = partition.millis + 600_000;
        BucketLock days = new BucketLock(BucketLock.Mode.COMPLIANCE, 1, 0);
        Protection asked = new Protection(BucketLock.Mode.GOVERNANCE, soon, true);
        for (Protection wanted : List.of(asked, Protection.NONE.withHold(true))) {
            CreateUpload plain = uploads.creation(KEY);
            CreateUpload creation =
                    new CreateUpload(
                            plain.write(),
                            plain.bucket(),
                            plain.key(),
                            plain.tenant(),
                            plain.storageClass(),
                            plain.checksum(),
                            plain.sealedInfo(),
                            plain.shard(),
                            plain.wrappedKey(),
                            wanted);
            long order = ((PartitionReply.UploadCreated) partition.execute(creation)).order();
            UploadRef upload = new UploadRef(BUCKET, KEY, order, plain.write());
            PartName part = uploads.put(upload, 1, partition.segment());
            CompleteUpload completion =
                    uploads.completion(upload, Versioning.ENABLED, List.of(part));
            var _ =
                    partition.execute(
                            new CompleteUpload(
                                    upload,
                                    completion.tenant(),
                                    completion.versioning(),
                                    completion.condition(),
                                    completion.parts(),
                                    completion.etag(),
                                    completion.md5(),
                                    completion.sha256(),
                                    completion.sealedInfo(),
                                    false,
                                    days));
            Protection expected =
                    wanted.equals(asked)
                            ? asked
                            : Protection.byDefault(days, partition.millis).withHold(true);
            assertThat(java.util.Objects.requireNonNull(partition.current(KEY.utf8())).protection())
                    .isEqualTo(expected);
        }
    }
}
