package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.EventNote.Wanted;
import io.lethe.node.metadata.command.PartitionAnswer.EventPage;
import io.lethe.node.metadata.command.PartitionAnswer.OfEvents;
import io.lethe.node.metadata.command.PartitionAnswer.Waiting;
import io.lethe.node.metadata.command.PartitionAnswer.WaitingPage;
import io.lethe.node.metadata.command.PartitionCommand.Delivered;
import io.lethe.node.metadata.command.PartitionCommand.Noted;
import io.lethe.node.metadata.command.PartitionCommand.OfEvent;
import io.lethe.node.metadata.command.PartitionQuery.Events;
import io.lethe.node.metadata.command.PartitionQuery.Waiters;
import io.lethe.node.model.TenantId;

/**
 * Types and fields of what is said about events, for {@link PartitionCommandCodec}, {@link
 * QueryCodec} and {@link AnswerCodec}. Static and pure.
 *
 * <pre>
 * commands 61 Noted      the command's type u8 and fields, note
 *          62 Delivered  sink text, owner id, list of sequence i64 (1,000)
 * query    42 Events     sink text, owner id, limit i32
 *          43 Waiters    sink text, nullable after rowKey, limit i32
 * answer   42 EventPage  list of event (1,000), waiting varint, dropped varint
 *          43 WaitingPage  list of (sink text, owner id, waiting varint, dropped varint) (1,000),
 *                        nullable next rowKey
 *
 * note:   bucket name text, owner id, principal text, address text, list of (happened u8 (0
 *         created, 1 removed, 2 marked), event text, sink text, configuration text) (200)
 * event:  owner id, sequence i64, fields of an event
 * fields: event text, configuration text, bucket name text, key, version i64, null flag, size i64,
 *         etag text, at varint, principal text, address text, request id
 * </pre>
 */
public final class EventCodec {
    private EventCodec() {}

    static int type(OfEvent command) {
        return switch (command) {
            case Noted _ -> 61;
            case Delivered _ -> 62;
        };
    }

    static void fields(FieldWriter out, OfEvent command) {
        switch (command) {
            case Noted c -> {
                out.u8(PartitionCommandCodec.type(c.command()));
                PartitionCommandCodec.fields(out, c.command());
                note(out, c.note());
            }
            case Delivered c ->
                    out.text(c.sink())
                            .id(c.owner().id())
                            .list(
                                    c.sequences(),
                                    PartitionCommand.MOST_LIST,
                                    (to, one) -> to.int64(one));
        }
    }

    static OfEvent command(FieldReader in, int type) {
        return switch (type) {
            case 61 -> {
                int inner = in.u8();
                if (inner == type) {
                    // Each level of notes would take the reader a level deeper.
                    throw FieldReader.unknown("command that is noted", inner);
                }
                yield new Noted(PartitionCommandCodec.read(in, inner), note(in));
            }
            case 62 ->
                    new Delivered(
                            in.text(),
                            in.tenant(),
                            in.list(PartitionCommand.MOST_LIST, FieldReader::int64));
            default -> throw FieldReader.unknown("partition command", type);
        };
    }

    private static void note(FieldWriter out, EventNote note) {
        out.text(note.bucketName()).id(note.owner().id()).text(note.principal());
        out.text(note.address());
        out.list(
                note.wanted(),
                EventNote.MOST_WANTED,
                (to, one) ->
                        to.choice(one.happened())
                                .text(one.event())
                                .text(one.sink())
                                .text(one.configuration()));
    }

    private static EventNote note(FieldReader in) {
        return new EventNote(
                in.text(),
                in.tenant(),
                in.text(),
                in.text(),
                in.list(
                        EventNote.MOST_WANTED,
                        one ->
                                new Wanted(
                                        one.choice(EventNote.Happened.values()),
                                        one.text(),
                                        one.text(),
                                        one.text())));
    }

    static void query(FieldWriter out, PartitionQuery.OfEvents query) {
        switch (query) {
            case Events q -> out.u8(42).text(q.sink()).id(q.owner().id()).int32(q.limit());
            case Waiters q ->
                    out.u8(43)
                            .text(q.sink())
                            .nullable(q.after(), FieldWriter::rowKey)
                            .int32(q.limit());
        }
    }

    static PartitionQuery query(FieldReader in, int type) {
        return switch (type) {
            case 42 -> new Events(in.text(), in.tenant(), in.int32());
            case 43 -> new Waiters(in.text(), in.nullable(FieldReader::rowKey), in.int32());
            default -> throw FieldReader.unknown("query", type);
        };
    }

    static void answer(FieldWriter out, OfEvents answer) {
        switch (answer) {
            case EventPage a ->
                    out.u8(42)
                            .list(
                                    a.rows(),
                                    PartitionQuery.MOST_ROWS,
                                    (to, one) ->
                                            row(to.id(one.owner().id()).int64(one.sequence()), one))
                            .number(a.waiting())
                            .number(a.dropped());
            case WaitingPage a ->
                    out.u8(43)
                            .list(
                                    a.list(),
                                    PartitionQuery.MOST_ROWS,
                                    (to, one) ->
                                            to.text(one.sink())
                                                    .id(one.owner().id())
                                                    .number(one.waiting())
                                                    .number(one.dropped()))
                            .nullable(a.next(), FieldWriter::rowKey);
        }
    }

    static PartitionAnswer answer(FieldReader in, int type) {
        return switch (type) {
            case 42 ->
                    new EventPage(
                            in.list(
                                    PartitionQuery.MOST_ROWS,
                                    one -> row(one, one.tenant(), one.int64())),
                            in.number(),
                            in.number());
            case 43 ->
                    new WaitingPage(
                            in.list(
                                    PartitionQuery.MOST_ROWS,
                                    one ->
                                            new Waiting(
                                                    one.text(),
                                                    one.tenant(),
                                                    one.number(),
                                                    one.number())),
                            in.nullable(FieldReader::rowKey));
            default -> throw FieldReader.unknown("answer", type);
        };
    }

    /** An event without its owner and sequence, which its row key says. */
    public static void row(FieldWriter out, EventRow row) {
        out.text(row.event()).text(row.configuration()).text(row.bucketName()).key(row.key());
        out.int64(row.version()).flag(row.nullVersion()).int64(row.sizeBytes()).text(row.etag());
        out.number(row.atMillis()).text(row.principal()).text(row.address());
        out.id(row.request().id());
    }

    public static EventRow row(FieldReader in, TenantId owner, long sequence) {
        return new EventRow(
                owner,
                sequence,
                in.text(),
                in.text(),
                in.text(),
                in.key(),
                in.int64(),
                in.flag(),
                in.int64(),
                in.text(),
                in.number(),
                in.text(),
                in.text(),
                in.write());
    }
}
