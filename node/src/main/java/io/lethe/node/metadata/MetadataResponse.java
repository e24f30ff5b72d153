package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.raft.RaftPeer;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What comes of a {@link MetadataRequest}.
 *
 * <p>Encoding: format u8 (1), type u8, then
 *
 * <pre>
 * 1 Replied    index varint, reply (all that is left)
 * 2 Answered   answer (all that is left)
 * 3 NotLeader  hint: 0, or 1 and node id 16
 * 4 Failed     code's name, message: strings
 * 5 Stands     {@link ReplicaStatus}
 * 6 Verified   equal flag, keys varint
 * 7 Members    count varint, that many (host string, port i32, generation varint)
 * 8 Exported   node id 16, index varint, term varint, kind u8 (place in the enum), items varint,
 *              piece bytes, cursor bytes
 * </pre>
 */
public sealed interface MetadataResponse {
    int FORMAT = 1;

    /** Members of a group: every node of the largest cluster has a copy of the directory. */
    int MOST_REPLICAS = 10_000;

    /** Characters of a message; what is longer is cut. */
    int MOST_MESSAGE_CHARS = 1_000;

    /**
     * The command was applied.
     *
     * @param index in the group's log
     * @param reply by {@link io.lethe.node.metadata.command.ReplyCodec}
     */
    record Replied(long index, Bytes reply) implements MetadataResponse {}

    /**
     * @param answer by {@link io.lethe.node.metadata.command.AnswerCodec}
     */
    record Answered(Bytes answer) implements MetadataResponse {}

    /**
     * Certainly nothing was proposed.
     *
     * @param hint who leads, as this replica last heard
     */
    record NotLeader(@Nullable NodeId hint) implements MetadataResponse {}

    /**
     * @param code OUTCOME_UNKNOWN where a command may have been proposed; with every other code it
     *     certainly was not
     */
    record Failed(ErrorCode code, String message) implements MetadataResponse {}

    record Stands(ReplicaStatus status) implements MetadataResponse {}

    /**
     * @param equal whether each of the keys is the same under both shards
     */
    record Verified(boolean equal, int keys) implements MetadataResponse {}

    /** Voters and learners. */
    record Members(List<RaftPeer> replicas) implements MetadataResponse {
        public Members {
            replicas = List.copyOf(replicas);
        }
    }

    /** What a piece of an export holds. */
    enum Piece {
        /** By {@link io.lethe.node.metadata.table.KeyExport}. */
        KEYS,
        /** Family string, then rows of it: key and value, bytes each. */
        ROWS
    }

    /**
     * A piece of a group's state.
     *
     * @param node that keeps the state: the next piece is asked of it
     * @param index of the state in the group's log, and its term
     * @param items keys or rows in it
     * @param cursor of the next piece; empty: this was the last
     */
    record Exported(
            NodeId node, long index, long term, Piece kind, int items, Bytes piece, Bytes cursor)
            implements MetadataResponse {}

    static byte[] encode(MetadataResponse response) {
        Encoder out = new Encoder().u8(FORMAT);
        switch (response) {
            case Replied replied -> out.u8(1).varint(replied.index()).raw(replied.reply());
            case Answered answered -> out.u8(2).raw(answered.answer());
            case NotLeader other -> ReplicaStatus.NodeIds.encode(out.u8(3), other.hint());
            case Failed failed ->
                    out.u8(4).string(failed.code().name()).string(cut(failed.message()));
            case Stands stands -> stands.status().encode(out.u8(5));
            case Members members -> {
                out.u8(7).varint(members.replicas().size());
                for (RaftPeer one : members.replicas()) {
                    out.string(one.host()).i32(one.port()).varint(one.generation());
                }
            }
            case Exported exported -> {
                exported.node().id().encode(out.u8(8));
                out.varint(exported.index()).varint(exported.term());
                out.u8(exported.kind().ordinal()).varint(exported.items());
                out.bytes(exported.piece()).bytes(exported.cursor());
            }
            case Verified verified -> out.u8(6).bool(verified.equal()).varint(verified.keys());
        }
        return out.toArray();
    }

    private static String cut(String message) {
        return message.length() <= MOST_MESSAGE_CHARS
                ? message
                : message.substring(0, MOST_MESSAGE_CHARS);
    }

    /**
     * @throws CorruptEncoding when this is no response
     */
    static MetadataResponse decode(byte[] bytes) {
        Decoder in = new Decoder(bytes);
        int format = in.u8();
        if (format != FORMAT) {
            throw new CorruptEncoding("a metadata response has format " + format);
        }
        int type = in.u8();
        MetadataResponse response =
                switch (type) {
                    case 1 -> new Replied(in.varint(), rest(in));
                    case 2 -> new Answered(rest(in));
                    case 3 -> new NotLeader(ReplicaStatus.NodeIds.decode(in));
                    case 4 -> new Failed(code(in.string()), in.string());
                    case 5 -> new Stands(ReplicaStatus.decode(in));
                    case 7 -> members(in);
                    case 8 -> exported(in);
                    case 6 -> new Verified(in.bool(), in.count(Integer.MAX_VALUE));
                    default -> throw new CorruptEncoding("no metadata response has type " + type);
                };
        in.end();
        return response;
    }

    private static Exported exported(Decoder in) {
        return new Exported(
                new NodeId(Id128.decode(in)),
                in.varint(),
                in.varint(),
                in.u8() == Piece.KEYS.ordinal() ? Piece.KEYS : Piece.ROWS,
                in.count(Integer.MAX_VALUE),
                in.bytes(),
                in.bytes());
    }

    private static Members members(Decoder in) {
        List<RaftPeer> replicas = new ArrayList<>();
        for (int left = in.count(MOST_REPLICAS); left > 0; left--) {
            replicas.add(new RaftPeer(in.string(), in.i32(), in.count(Integer.MAX_VALUE)));
        }
        return new Members(replicas);
    }

    private static Bytes rest(Decoder in) {
        return Bytes.wrap(in.raw(in.remaining()));
    }

    private static ErrorCode code(String name) {
        // Only a newer build knows whether anything was proposed.
        return ErrorCode.named(name).orElse(ErrorCode.OUTCOME_UNKNOWN);
    }
}
