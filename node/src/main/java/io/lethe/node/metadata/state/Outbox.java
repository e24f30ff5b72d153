package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.EventCodec;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.metadata.command.EventNote.Happened;
import io.lethe.node.metadata.command.EventRow;
import io.lethe.node.metadata.command.FieldReader;
import io.lethe.node.metadata.command.FieldWriter;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionAnswer.EventPage;
import io.lethe.node.metadata.command.PartitionAnswer.Waiting;
import io.lethe.node.metadata.command.PartitionAnswer.WaitingPage;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.Commit;
import io.lethe.node.metadata.command.PartitionCommand.CompleteUpload;
import io.lethe.node.metadata.command.PartitionCommand.Delete;
import io.lethe.node.metadata.command.PartitionCommand.Delivered;
import io.lethe.node.metadata.command.PartitionCommand.Noted;
import io.lethe.node.metadata.command.PartitionCommand.Which;
import io.lethe.node.metadata.command.PartitionQuery.Events;
import io.lethe.node.metadata.command.PartitionQuery.OfEvents;
import io.lethe.node.metadata.command.PartitionQuery.Waiters;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.Committed;
import io.lethe.node.metadata.command.PartitionReply.Deleted;
import io.lethe.node.metadata.command.VersionBody;
import io.lethe.node.metadata.command.VersionRow;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.TenantId;
import io.lethe.node.model.WriteId;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@link Family#OUTBOX}: events that wait for their sinks, entered in the decision of
 * the change that they tell of, and removed once the sink has taken them. Events of a key are in
 * the order in which its changes were decided. Static and pure.
 *
 * <pre>
 * 1 ‖ length of sink u8 ‖ sink ‖ owner 16 bytes ‖ sequence i64   format u8 = 1 ‖
 *                                                                {@link EventCodec#row}
 * 2 ‖ length of sink u8 ‖ sink ‖ owner 16 bytes                  format u8 = 1 ‖ waiting varint ‖
 *                                                                dropped varint; none of 0 and 0
 * </pre>
 *
 * A tenant {@link #MOST_WAITING} of whose events wait here for a sink gets no more in until the
 * sink takes some: a change is never refused for the sake of somebody who does not listen, and one
 * tenant's flood takes no other's places. What is dropped is counted.
 */
final class Outbox {
    /** Of one tenant for one sink in one partition: some 30 MB of rows, hours of a busy bucket. */
    static final long MOST_WAITING = 100_000;

    private static final int EVENT = 1;
    private static final int COUNTS = 2;

    private Outbox() {}

    private static final int OWNER_BYTES = 16;

    private static Encoder ofSink(int kind, String sink) {
        Bytes name = Bytes.utf8(sink);
        return new Encoder(96).u8(kind).u8(name.length()).raw(name);
    }

    private static Encoder of(int kind, String sink, TenantId owner) {
        return ofSink(kind, sink).i64(owner.id().high()).i64(owner.id().low());
    }

    private static Bytes key(String sink, TenantId owner, long sequence) {
        return of(EVENT, sink, owner).i64(sequence).toBytes();
    }

    private static Bytes countsKey(String sink, TenantId owner) {
        return of(COUNTS, sink, owner).toBytes();
    }

    /** What is counted of a sink. */
    record Counts(long waiting, long dropped) {
        static Counts decode(@Nullable Bytes value) {
            return value == null
                    ? new Counts(0, 0)
                    : RowValues.read(value, in -> new Counts(in.number(), in.number()));
        }

        Bytes encode() {
            return RowValues.begin().number(waiting).number(dropped).toBytes();
        }
    }

    /** Whether a command was decided before: then it was told of then. */
    static boolean isRepeat(Draft draft, Noted c) {
        return switch (WriteTable.get(draft, request(c.command()))) {
            case WriteRow.Done _, WriteRow.Removed _ -> true;
            case null -> false;
            default -> false;
        };
    }

    private static WriteId request(PartitionCommand command) {
        return switch (command) {
            case Commit c -> c.write();
            case Delete c -> c.request();
            case CompleteUpload c -> c.upload().write();
            default -> throw new IllegalArgumentException("nobody is told of " + command);
        };
    }

    /** Enters what came of a change. */
    static void enter(Draft draft, Noted noted, PartitionReply reply) {
        EventNote note = noted.note();
        switch (reply) {
            case Committed done -> {
                BucketId bucket =
                        noted.command() instanceof CompleteUpload c
                                ? c.upload().bucket()
                                : ((Commit) noted.command()).bucket();
                Bytes key =
                        noted.command() instanceof CompleteUpload c
                                ? c.upload().key()
                                : ((Commit) noted.command()).key();
                VersionRow row = new KeyVersions(draft, bucket, key).at(done.order());
                VersionBody body = row == null ? null : row.body();
                EventRow event =
                        new EventRow(
                                note.owner(),
                                done.order(),
                                "",
                                "",
                                note.bucketName(),
                                key,
                                done.order(),
                                done.nullVersion(),
                                body == null ? EventRow.NO_SIZE : body.sizeBytes(),
                                body == null ? "" : body.etag(),
                                draft.millis(),
                                note.principal(),
                                note.address(),
                                request(noted.command()));
                enter(draft, note, Happened.CREATED, event);
            }
            case Deleted(long order, boolean isNull, boolean _) when order != 0 -> {
                Delete c = (Delete) noted.command();
                boolean marked =
                        c.which() instanceof Which.Current && c.versioning() != Versioning.OFF;
                EventRow event =
                        new EventRow(
                                note.owner(),
                                marked ? order : draft.nextOrder(),
                                "",
                                "",
                                note.bucketName(),
                                c.key(),
                                order,
                                isNull,
                                EventRow.NO_SIZE,
                                "",
                                draft.millis(),
                                note.principal(),
                                note.address(),
                                c.request());
                enter(draft, note, marked ? Happened.MARKED : Happened.REMOVED, event);
            }
            default -> {}
        }
    }

    private static void enter(Draft draft, EventNote note, Happened happened, EventRow event) {
        long sequence = event.sequence();
        for (EventNote.Wanted wanted : note.wanted()) {
            if (wanted.happened() != happened) {
                continue;
            }
            Bytes countsKey = countsKey(wanted.sink(), note.owner());
            Counts counts = Counts.decode(draft.get(Family.OUTBOX, countsKey));
            if (counts.waiting() >= MOST_WAITING) {
                counts = new Counts(counts.waiting(), counts.dropped() + 1);
            } else {
                FieldWriter out = RowValues.begin();
                EventCodec.row(out, named(event, wanted));
                // A sink that is asked for twice gets an event for each.
                while (draft.has(Family.OUTBOX, key(wanted.sink(), note.owner(), sequence))) {
                    sequence = draft.nextOrder();
                }
                draft.put(Family.OUTBOX, key(wanted.sink(), note.owner(), sequence), out.toBytes());
                counts = new Counts(counts.waiting() + 1, counts.dropped());
            }
            draft.put(Family.OUTBOX, countsKey, counts.encode());
        }
    }

    private static EventRow named(EventRow row, EventNote.Wanted wanted) {
        return new EventRow(
                row.owner(),
                row.sequence(),
                wanted.event(),
                wanted.configuration(),
                row.bucketName(),
                row.key(),
                row.version(),
                row.nullVersion(),
                row.sizeBytes(),
                row.etag(),
                row.atMillis(),
                row.principal(),
                row.address(),
                row.request());
    }

    /** Whether any event waits. */
    static boolean anyWaits(Rows rows) {
        return Scans.any(rows, Family.OUTBOX, Bytes.wrap(new byte[] {EVENT}));
    }

    static PartitionReply delivered(Draft draft, Delivered c) {
        Bytes countsKey = countsKey(c.sink(), c.owner());
        Counts counts = Counts.decode(draft.get(Family.OUTBOX, countsKey));
        long waiting = counts.waiting();
        for (long sequence : c.sequences()) {
            Bytes key = key(c.sink(), c.owner(), sequence);
            if (draft.has(Family.OUTBOX, key)) {
                draft.delete(Family.OUTBOX, key);
                waiting--;
            }
        }
        if (waiting == counts.waiting()) {
            return Replies.DONE;
        }
        if (waiting == 0 && counts.dropped() == 0) {
            draft.delete(Family.OUTBOX, countsKey);
        } else {
            draft.put(Family.OUTBOX, countsKey, new Counts(waiting, counts.dropped()).encode());
        }
        return Replies.DONE;
    }

    static PartitionAnswer answer(Rows rows, OfEvents query) {
        return switch (query) {
            case Events q -> page(rows, q);
            case Waiters q -> waiters(rows, q);
        };
    }

    private static EventPage page(Rows rows, Events q) {
        Bytes all = of(EVENT, q.sink(), q.owner()).toBytes();
        Scans.Page<EventRow> page =
                Scans.page(
                        rows,
                        Family.OUTBOX,
                        all,
                        all.prefixEnd(),
                        Answers.limit(q.limit()),
                        (key, value) ->
                                RowValues.read(
                                        value, in -> EventCodec.row(in, q.owner(), sequence(key))));
        Counts counts = Counts.decode(rows.get(Family.OUTBOX, countsKey(q.sink(), q.owner())));
        return new EventPage(page.items(), counts.waiting(), counts.dropped());
    }

    private static WaitingPage waiters(Rows rows, Waiters q) {
        Bytes all =
                q.sink().isEmpty()
                        ? new Encoder(1).u8(COUNTS).toBytes()
                        : ofSink(COUNTS, q.sink()).toBytes();
        Bytes after = q.after();
        Bytes from = after == null || after.compareTo(all) < 0 ? all : RowKeys.after(after);
        Scans.Page<Waiting> page =
                Scans.page(
                        rows,
                        Family.OUTBOX,
                        from,
                        all.prefixEnd(),
                        Answers.limit(q.limit()),
                        Outbox::waiting);
        return new WaitingPage(page.items(), page.last());
    }

    private static Waiting waiting(Bytes key, Bytes value) {
        Counts counts = Counts.decode(value);
        int ownerAt = key.length() - OWNER_BYTES;
        return new Waiting(
                key.slice(2, ownerAt).utf8(),
                FieldReader.whole(key.slice(ownerAt, key.length()), FieldReader::tenant),
                counts.waiting(),
                counts.dropped());
    }

    private static long sequence(Bytes key) {
        return FieldReader.whole(key.slice(key.length() - 8, key.length()), FieldReader::int64);
    }
}
