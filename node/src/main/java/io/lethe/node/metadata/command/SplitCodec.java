package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.PartitionAnswer.KeySample;
import io.lethe.node.metadata.command.PartitionAnswer.SeparatorFound;
import io.lethe.node.metadata.command.PartitionAnswer.SplitStanding;
import io.lethe.node.metadata.command.PartitionCommand.FinishSplit;
import io.lethe.node.metadata.command.PartitionCommand.InRange;
import io.lethe.node.metadata.command.PartitionCommand.Split;
import io.lethe.node.metadata.command.PartitionCommand.SweepSplit;
import io.lethe.node.metadata.command.PartitionQuery.FindSeparator;
import io.lethe.node.metadata.command.PartitionQuery.SampleKeys;
import io.lethe.node.metadata.command.PartitionQuery.SplitState;
import io.lethe.node.model.GroupId;

/**
 * What is about ranges and their division, for {@link CommandCodec}, {@link QueryCodec} and {@link
 * AnswerCodec}:
 *
 * <pre>
 * commands  70 InRange         from rowKey, to rowKey, type u8 and fields of a command
 *           71 Split           parent i32, child i32, separator rowKey, map epoch varint,
 *                              list of (node id, host text, port i32) (1,000)
 *           72 FinishSplit     child i32
 *           73 SweepSplit      phase u8, nullable after rowKey, limit i32
 * queries   50 InRange         from rowKey, to rowKey, type u8 and fields of a query
 *           51 SplitState
 *           52 FindSeparator   at rowKey
 *           53 SampleKeys      nullable after rowKey
 * answers   50 SplitStanding   pending child i32, phase u8
 *           51 SeparatorFound  nullable rowKey
 *           52 KeySample       list of rowKey (1,000), nullable next rowKey
 * </pre>
 */
final class SplitCodec {
    private static final int IN_RANGE = 70;
    private static final int QUERY_IN_RANGE = 50;

    private SplitCodec() {}

    static int type(PartitionCommand.OfSplit command) {
        return switch (command) {
            case InRange _ -> IN_RANGE;
            case Split _ -> 71;
            case FinishSplit _ -> 72;
            case SweepSplit _ -> 73;
        };
    }

    static void fields(FieldWriter out, PartitionCommand.OfSplit command) {
        switch (command) {
            case InRange c -> {
                out.rowKey(c.from()).rowKey(c.to()).u8(PartitionCommandCodec.type(c.command()));
                PartitionCommandCodec.fields(out, c.command());
            }
            case Split c ->
                    out.int32(c.parent().value())
                            .int32(c.child().value())
                            .rowKey(c.separator())
                            .number(c.mapEpoch())
                            .list(
                                    c.founders(),
                                    PartitionCommand.MOST_LIST,
                                    (to, one) ->
                                            to.id(one.node().id())
                                                    .text(one.host())
                                                    .int32(one.port()));
            case FinishSplit c -> out.int32(c.child().value());
            case SweepSplit c ->
                    out.u8(c.phase()).nullable(c.after(), FieldWriter::rowKey).int32(c.limit());
        }
    }

    static PartitionCommand command(FieldReader in, int type) {
        return switch (type) {
            case IN_RANGE -> inRange(in);
            case 71 ->
                    new Split(
                            new GroupId(in.int32()),
                            new GroupId(in.int32()),
                            in.rowKey(),
                            in.number(),
                            in.list(
                                    PartitionCommand.MOST_LIST,
                                    one ->
                                            new PartitionCommand.Founder(
                                                    RecordCodec.nodeId(one),
                                                    one.text(),
                                                    one.int32())));
            case 72 -> new FinishSplit(new GroupId(in.int32()));
            case 73 -> new SweepSplit(in.u8(), in.nullable(FieldReader::rowKey), in.int32());
            default -> throw FieldReader.unknown("partition command", type);
        };
    }

    private static InRange inRange(FieldReader in) {
        var from = in.rowKey();
        var to = in.rowKey();
        int type = in.u8();
        return switch (type) {
            // Others may hold commands themselves, and would take the reader a level deeper.
            case 4, 12, 13 -> new InRange(from, to, PartitionCommandCodec.read(in, type));
            default -> throw FieldReader.unknown("command of a range", type);
        };
    }

    static void query(FieldWriter out, PartitionQuery.OfSplit query) {
        switch (query) {
            case PartitionQuery.InRange q -> {
                out.u8(QUERY_IN_RANGE).rowKey(q.from()).rowKey(q.to());
                QueryCodec.write(out, q.query());
            }
            case SplitState _ -> out.u8(51);
            case FindSeparator q -> out.u8(52).rowKey(q.at());
            case SampleKeys q -> out.u8(53).nullable(q.after(), FieldWriter::rowKey);
        }
    }

    static PartitionQuery query(FieldReader in, int type) {
        return switch (type) {
            case QUERY_IN_RANGE -> {
                var from = in.rowKey();
                var to = in.rowKey();
                int inner = in.u8();
                if (inner == QUERY_IN_RANGE) {
                    throw FieldReader.unknown("query of a range", inner);
                }
                yield new PartitionQuery.InRange(from, to, QueryCodec.read(in, inner));
            }
            case 51 -> new SplitState();
            case 52 -> new FindSeparator(in.rowKey());
            case 53 -> new SampleKeys(in.nullable(FieldReader::rowKey));
            default -> throw FieldReader.unknown("query", type);
        };
    }

    static void answer(FieldWriter out, PartitionAnswer.OfSplit answer) {
        switch (answer) {
            case SplitStanding a -> out.u8(50).int32(a.pendingChild()).u8(a.phase());
            case SeparatorFound a -> out.u8(51).nullable(a.separator(), FieldWriter::rowKey);
            case KeySample a ->
                    out.u8(52)
                            .list(a.keys(), PartitionQuery.MOST_ROWS, FieldWriter::rowKey)
                            .nullable(a.next(), FieldWriter::rowKey);
        }
    }

    static PartitionAnswer answer(FieldReader in, int type) {
        return switch (type) {
            case 50 -> new SplitStanding(in.int32(), in.u8());
            case 51 -> new SeparatorFound(in.nullable(FieldReader::rowKey));
            case 52 ->
                    new KeySample(
                            in.list(PartitionQuery.MOST_ROWS, FieldReader::rowKey),
                            in.nullable(FieldReader::rowKey));
            default -> throw FieldReader.unknown("answer", type);
        };
    }
}
