package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.EventNote.Wanted;
import io.lethe.node.metadata.command.PartitionAnswer.EventPage;
import io.lethe.node.metadata.command.PartitionCommand.Delivered;
import io.lethe.node.metadata.command.PartitionCommand.Noted;
import io.lethe.node.metadata.command.PartitionCommand.OfEvent;
import io.lethe.node.metadata.command.PartitionQuery.Events;

/**
 * Types and fields of what is said about events, for {@link PartitionCommandCodec}, {@link
 * QueryCodec} and {@link AnswerCodec}. Static and pure.
 *
 * <pre>
 * commands 61 Noted      the command's type u8 and fields, note
 *          62 Delivered  sink text, list of sequence i64 (1,000)
 * query    42 Events     sink text, limit i32
 * answer   42 EventPage  list of event (1,000), waiting varint, dropped varint
 *
 * note:   bucket name text, principal text, list of (happened u8 (0 created, 1 removed, 2 marked),
 *         event text, sink text, configuration text) (200)
 * event:  sequence i64, fields of an event
 * fields: event text, configuration text, bucket name text, key, version i64, null flag, size i64,
 *         etag text, at varint, principal text, request id
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
                            in.text(), in.list(PartitionCommand.MOST_LIST, FieldReader::int64));
            default -> throw FieldReader.unknown("partition command", type);
        };
    }

    private static void note(FieldWriter out, EventNote note) {
        out.text(note.bucketName()).text(note.principal());
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

    static void query(FieldWriter out, Events q) {
        out.u8(42).text(q.sink()).int32(q.limit());
    }

    static Events query(FieldReader in) {
        return new Events(in.text(), in.int32());
    }

    static void answer(FieldWriter out, EventPage a) {
        out.u8(42)
                .list(
                        a.rows(),
                        PartitionQuery.MOST_ROWS,
                        (to, one) -> row(to.int64(one.sequence()), one))
                .number(a.waiting())
                .number(a.dropped());
    }

    static EventPage answer(FieldReader in) {
        return new EventPage(
                in.list(PartitionQuery.MOST_ROWS, one -> row(one, one.int64())),
                in.number(),
                in.number());
    }

    /** An event without its sequence, which its row key says. */
    public static void row(FieldWriter out, EventRow row) {
        out.text(row.event()).text(row.configuration()).text(row.bucketName()).key(row.key());
        out.int64(row.version()).flag(row.nullVersion()).int64(row.sizeBytes()).text(row.etag());
        out.number(row.atMillis()).text(row.principal()).id(row.request().id());
    }

    public static EventRow row(FieldReader in, long sequence) {
        return new EventRow(
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
                in.write());
    }
}
