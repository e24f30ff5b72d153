package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.metadata.command.EventNote.Happened;
import io.lethe.node.metadata.command.EventNote.Wanted;
import io.lethe.node.metadata.command.EventRow;
import io.lethe.node.metadata.command.PartitionAnswer.EventPage;
import io.lethe.node.metadata.command.PartitionAnswer.Waiting;
import io.lethe.node.metadata.command.PartitionAnswer.WaitingPage;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Delivered;
import io.lethe.node.metadata.command.PartitionCommand.Noted;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events that wait for their sinks. */
final class OutboxTest {
    private static final TenantId TENANT = TestPartition.TENANT;
    private static final String OWNER = "0000000000000007".repeat(2);
    private static final TenantId OTHER = new TenantId(new Id128(1, 1));

    private final TestPartition partition = new TestPartition(1);

    private static EventNote note(String... sinks) {
        return new EventNote(
                "bucket",
                TENANT,
                "who",
                java.util.Arrays.stream(sinks)
                        .flatMap(
                                sink ->
                                        java.util.stream.Stream.of(
                                                new Wanted(Happened.CREATED, "made", sink, "c"),
                                                new Wanted(Happened.REMOVED, "gone", sink, "c"),
                                                new Wanted(Happened.MARKED, "marked", sink, "c")))
                        .toList());
    }

    private PartitionReply noted(PartitionCommand command, String... sinks) {
        PartitionReply reply = partition.execute(new Noted(command, note(sinks)));
        PartitionInvariants.check(partition.rows);
        return reply;
    }

    private EventPage page(String sink) {
        return (EventPage) partition.ask(new PartitionQuery.Events(sink, TENANT, 100));
    }

    private List<String> events(String sink) {
        return page(sink).rows().stream().map(EventRow::event).toList();
    }

    private PartitionCommand put(String key) {
        return TestPartition.commit(
                partition.random.write(), key, Versioning.ENABLED, partition.inline(10));
    }

    private PartitionCommand delete(String key, Versioning versioning, Which which) {
        return TestPartition.delete(partition.random.write(), key, versioning, which);
    }

    @Test
    void whatHappenedIsToldInTheOrderInWhichItDid() {
        Committed made = (Committed) noted(put("a"), "s");
        noted(delete("a", Versioning.ENABLED, new Which.Current()), "s");
        noted(delete("a", Versioning.ENABLED, new Which.Order(made.order())), "s");
        assertThat(events("s")).containsExactly("made", "marked", "gone");
        List<EventRow> rows = page("s").rows();
        assertThat(rows).extracting(EventRow::sequence).isSorted().doesNotHaveDuplicates();
        EventRow first = rows.getFirst();
        assertThat(first.sequence()).isEqualTo(made.order());
        assertThat(first.sizeBytes()).isEqualTo(10);
        assertThat(first.etag()).startsWith("etag-");
        assertThat(first.key()).isEqualTo(Bytes.utf8("a"));
        assertThat(rows.getLast().version()).isEqualTo(made.order());
        assertThat(rows.getLast().sizeBytes()).isEqualTo(EventRow.NO_SIZE);
    }

    @Test
    void nobodyIsToldOfWhatDidNotHappen() {
        noted(delete("none", Versioning.OFF, new Which.Current()), "s");
        assertThat(
                        noted(
                                TestPartition.commit(
                                        partition.random.write(),
                                        "a",
                                        Versioning.OFF,
                                        partition.segments(partition.segment())),
                                "s"))
                .as("its write was never opened")
                .isInstanceOf(PartitionReply.Refused.class);
        assertThat(events("s")).isEmpty();
    }

    @Test
    void aRepeatIsAnsweredAndNotToldAgain() {
        PartitionCommand put = put("a");
        PartitionReply first = noted(put, "s");
        assertThat(noted(put, "s")).isEqualTo(first);
        PartitionCommand delete = delete("a", Versioning.OFF, new Which.Current());
        PartitionReply removed = noted(delete, "s");
        assertThat(noted(delete, "s")).isEqualTo(removed);
        assertThat(events("s")).containsExactly("made", "gone");
    }

    @Test
    void aCompletedUploadIsToldWithItsSize() {
        TestUploads uploads = new TestUploads(partition);
        var upload = uploads.create("u");
        var part = uploads.put(upload, 1, partition.segment());
        noted(uploads.completion(upload, Versioning.OFF, List.of(part)), "s");
        EventRow row = page("s").rows().getFirst();
        assertThat(row.event()).isEqualTo("made");
        assertThat(row.sizeBytes()).isPositive();
        assertThat(row.nullVersion()).isTrue();
    }

    @Test
    void eachSinkTakesItsOwn() {
        noted(put("a"), "s", "t");
        noted(put("b"), "t");
        List<Long> told = page("s").rows().stream().map(EventRow::sequence).toList();
        partition.done(new Delivered("s", TENANT, told));
        partition.done(new Delivered("s", TENANT, told));
        PartitionInvariants.check(partition.rows);
        assertThat(page("s").rows()).isEmpty();
        assertThat(page("s").waiting()).isZero();
        assertThat(page("t").rows()).hasSize(2);
        assertThat(page("t").waiting()).isEqualTo(2);
    }

    @Test
    void aSinkThatIsAskedForTwiceHearsTwice() {
        var _ =
                partition.execute(
                        new Noted(
                                put("a"),
                                new EventNote(
                                        "b",
                                        TENANT,
                                        "w",
                                        List.of(
                                                new Wanted(Happened.CREATED, "one", "s", "1"),
                                                new Wanted(Happened.CREATED, "two", "s", "2")))));
        noted(put("a"), "s");
        assertThat(events("s")).containsExactly("one", "two", "made");
    }

    @Test
    void whereTooManyWaitMoreAreDroppedAndCountedAndTheChangeIsMade() {
        partition
                .rows
                .family(Family.OUTBOX)
                .put(counts("s", TENANT), new Outbox.Counts(Outbox.MOST_WAITING, 3).encode());
        assertThat(partition.execute(new Noted(put("a"), note("s")))).isInstanceOf(Committed.class);
        assertThat(page("s").rows()).isEmpty();
        assertThat(page("s").dropped()).isEqualTo(4);
        assertThat(partition.current("a")).isNotNull();
    }

    private static Bytes counts(String sink, TenantId owner) {
        return new Encoder(40)
                .u8(2)
                .u8(sink.length())
                .raw(Bytes.utf8(sink))
                .i64(owner.id().high())
                .i64(owner.id().low())
                .toBytes();
    }

    private static PartitionCommand of(PartitionCommand command, TenantId owner) {
        EventNote ours = note("s");
        return new Noted(command, new EventNote("b", owner, "who", ours.wanted()));
    }

    @Test
    void theFloodOfOneTenantTakesNoOthersPlaces() {
        partition
                .rows
                .family(Family.OUTBOX)
                .put(counts("s", OTHER), new Outbox.Counts(Outbox.MOST_WAITING, 0).encode());
        var _ = partition.execute(of(put("theirs"), OTHER));
        var _ = partition.execute(of(put("a"), TENANT));
        assertThat(page("s").rows()).hasSize(1);
        assertThat(page("s").dropped()).isZero();
        assertThat(waiting("s"))
                .containsExactly(
                        new Waiting("s", OTHER, Outbox.MOST_WAITING, 1),
                        new Waiting("s", TENANT, 1, 0));
    }

    private List<Waiting> waiting(String sink) {
        return ((WaitingPage) partition.ask(new PartitionQuery.Waiters(sink, null, 100))).list();
    }

    @Test
    void whoWaitsIsToldPageByPageAndEndsWithTheLastEvent() {
        noted(put("a"), "s", "t", "ss");
        var _ = partition.execute(of(put("b"), OTHER));
        PartitionInvariants.check(partition.rows);
        assertThat(waiting("s"))
                .containsExactly(new Waiting("s", OTHER, 1, 0), new Waiting("s", TENANT, 1, 0));
        List<Waiting> all = new ArrayList<>();
        Bytes after = null;
        do {
            WaitingPage page =
                    (WaitingPage) partition.ask(new PartitionQuery.Waiters("", after, 1));
            all.addAll(page.list());
            after = page.next();
        } while (after != null);
        assertThat(all)
                .containsExactly(
                        new Waiting("s", OTHER, 1, 0),
                        new Waiting("s", TENANT, 1, 0),
                        new Waiting("t", TENANT, 1, 0),
                        new Waiting("ss", TENANT, 1, 0));
        long sequence = page("s").rows().getFirst().sequence();
        partition.done(new Delivered("s", OTHER, List.of(sequence)));
        assertThat(page("s").rows()).as("is another's").hasSize(1);
        partition.done(new Delivered("s", TENANT, List.of(sequence)));
        PartitionInvariants.check(partition.rows);
        assertThat(waiting("s")).containsExactly(new Waiting("s", OTHER, 1, 0));
    }

    @Test
    void rowsAreReadAsTheyWereWritten() {
        Bytes key = Bytes.hex("010173" + OWNER + "0000000000000009");
        Bytes row =
                Bytes.hex(
                        "011473333a4f626a656374437265617465643a50757401630162036b6579"
                                + "0000000000000007010000000000000003016580a0f1c2b13402414b"
                                + "0831302e302e302e37"
                                + "00000000000000010000000000000002");
        partition.rows.family(Family.OUTBOX).put(key, row);
        partition
                .rows
                .family(Family.OUTBOX)
                .put(Bytes.hex("020173" + OWNER), Bytes.hex("0105ac02"));
        assertThat(page("s").rows())
                .containsExactly(
                        new EventRow(
                                TENANT,
                                9,
                                "s3:ObjectCreated:Put",
                                "c",
                                "b",
                                Bytes.utf8("key"),
                                7,
                                true,
                                3,
                                "e",
                                1_800_000_000_000L,
                                "AK",
                                "10.0.0.7",
                                new WriteId(new Id128(1, 2))));
        assertThat(page("s").waiting()).isEqualTo(5);
        assertThat(page("s").dropped()).isEqualTo(300);
    }

    @Test
    void onlyChangesAreNoted() {
        PartitionCommand fence = new PartitionCommand.Fence(1);
        assertThatThrownBy(() -> new Noted(fence, note()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
