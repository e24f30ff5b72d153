package io.lethe.node.metadata.command;

import io.lethe.node.metadata.command.Legacy.Result;
import io.lethe.node.metadata.command.PartitionAnswer.LegacyPage;
import io.lethe.node.metadata.command.PartitionAnswer.MergeStanding;
import io.lethe.node.metadata.command.PartitionAnswer.ReceiptFound;
import io.lethe.node.metadata.command.PartitionCommand.GiveUp;
import io.lethe.node.metadata.command.PartitionCommand.Inherit;
import io.lethe.node.metadata.command.PartitionCommand.RaisePgEpoch;
import io.lethe.node.metadata.command.PartitionCommand.TakeBack;
import io.lethe.node.metadata.command.PartitionCommand.TakeOver;
import io.lethe.node.metadata.command.PartitionQuery.FindLegacy;
import io.lethe.node.metadata.command.PartitionQuery.FindReceipt;
import io.lethe.node.metadata.command.PartitionQuery.MergeState;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PgId;

/**
 * What is about merges, for {@link CommandCodec}, {@link QueryCodec}, {@link AnswerCodec} and the
 * directory's rows:
 *
 * <pre>
 * commands  74 GiveUp         giver i32, from rowKey, to rowKey, since varint
 *           75 TakeBack       since varint
 *           76 Inherit        legacy
 *           77 TakeOver       giver i32, from rowKey, to rowKey, map epoch varint, receipt
 * queries   54 MergeState
 *           55 FindLegacy     nullable after rowKey, limit i32
 *           56 FindReceipt    giver i32
 * answers   53 MergeStanding  from rowKey, to rowKey, given up since varint, occupied text
 *           54 LegacyPage     legacy, nullable next rowKey
 *           55 ReceiptFound   nullable receipt
 *
 * receipt:  last order, fence, state millis: varints, list of copy, list of i32 (10,000 each)
 * legacy:   list of (write id, ended varint, row blob (8,192)) (1,000),
 *           list of (pg varint, epoch i32, chunk u8) (1,000)
 * </pre>
 */
public final class MergeCodec {
    private MergeCodec() {}

    static int type(PartitionCommand.OfMerge command) {
        return switch (command) {
            case GiveUp _ -> 74;
            case TakeBack _ -> 75;
            case Inherit _ -> 76;
            case TakeOver _ -> 77;
        };
    }

    static void fields(FieldWriter out, PartitionCommand.OfMerge command) {
        switch (command) {
            case GiveUp c ->
                    out.int32(c.giver().value()).rowKey(c.from()).rowKey(c.to()).number(c.since());
            case TakeBack c -> out.number(c.since());
            case Inherit c -> legacy(out, c.legacy());
            case TakeOver c -> {
                out.int32(c.giver().value()).rowKey(c.from()).rowKey(c.to()).number(c.mapEpoch());
                receipt(out, c.receipt());
            }
        }
    }

    static PartitionCommand command(FieldReader in, int type) {
        return switch (type) {
            case 74 -> new GiveUp(new GroupId(in.int32()), in.rowKey(), in.rowKey(), in.number());
            case 75 -> new TakeBack(in.number());
            case 76 -> new Inherit(legacy(in));
            case 77 ->
                    new TakeOver(
                            new GroupId(in.int32()),
                            in.rowKey(),
                            in.rowKey(),
                            in.number(),
                            receipt(in));
            default -> throw FieldReader.unknown("partition command", type);
        };
    }

    static void query(FieldWriter out, PartitionQuery.OfMerge query) {
        switch (query) {
            case MergeState _ -> out.u8(54);
            case FindLegacy q ->
                    out.u8(55).nullable(q.after(), FieldWriter::rowKey).int32(q.limit());
            case FindReceipt q -> out.u8(56).int32(q.giver().value());
        }
    }

    static PartitionQuery query(FieldReader in, int type) {
        return switch (type) {
            case 54 -> new MergeState();
            case 55 -> new FindLegacy(in.nullable(FieldReader::rowKey), in.int32());
            case 56 -> new FindReceipt(new GroupId(in.int32()));
            default -> throw FieldReader.unknown("query", type);
        };
    }

    static void answer(FieldWriter out, PartitionAnswer.OfMerge answer) {
        switch (answer) {
            case MergeStanding a ->
                    out.u8(53)
                            .rowKey(a.from())
                            .rowKey(a.to())
                            .number(a.givenUpSince())
                            .text(a.occupied());
            case LegacyPage a -> {
                legacy(out.u8(54), a.legacy());
                out.nullable(a.next(), FieldWriter::rowKey);
            }
            case ReceiptFound a -> out.u8(55).nullable(a.receipt(), MergeCodec::receipt);
        }
    }

    static PartitionAnswer answer(FieldReader in, int type) {
        return switch (type) {
            case 53 -> new MergeStanding(in.rowKey(), in.rowKey(), in.number(), in.text());
            case 54 -> new LegacyPage(legacy(in), in.nullable(FieldReader::rowKey));
            case 55 -> new ReceiptFound(in.nullable(MergeCodec::receipt));
            default -> throw FieldReader.unknown("answer", type);
        };
    }

    public static void receipt(FieldWriter out, MergeReceipt receipt) {
        out.number(receipt.lastOrder()).number(receipt.fence()).number(receipt.stateMillis());
        out.list(receipt.copies(), MergeReceipt.MOST_LIST, PartitionCommandCodec::copy);
        out.list(receipt.kin(), MergeReceipt.MOST_LIST, (to, one) -> to.int32(one.value()));
    }

    public static MergeReceipt receipt(FieldReader in) {
        return new MergeReceipt(
                in.number(),
                in.number(),
                in.number(),
                in.list(MergeReceipt.MOST_LIST, PartitionCommandCodec::copy),
                in.list(MergeReceipt.MOST_LIST, one -> new GroupId(one.int32())));
    }

    private static void legacy(FieldWriter out, Legacy legacy) {
        out.list(
                legacy.results(),
                PartitionCommand.MOST_LIST,
                (to, one) ->
                        to.id(one.write().id())
                                .number(one.endedMillis())
                                .blob("result", one.row(), Legacy.MOST_RESULT_BYTES));
        out.list(
                legacy.floors(),
                PartitionCommand.MOST_LIST,
                (to, one) -> to.number(one.pg().value()).int32(one.epoch()).u8(one.chunk()));
    }

    private static Legacy legacy(FieldReader in) {
        return new Legacy(
                in.list(
                        PartitionCommand.MOST_LIST,
                        one ->
                                new Result(
                                        one.write(),
                                        one.number(),
                                        one.blob(Legacy.MOST_RESULT_BYTES))),
                in.list(
                        PartitionCommand.MOST_LIST,
                        one -> new RaisePgEpoch(new PgId(one.number()), one.int32(), one.u8())));
    }
}
