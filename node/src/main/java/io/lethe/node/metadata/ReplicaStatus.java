package io.lethe.node.metadata;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.AnswerCodec;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.raft.ReplicatedLog.Role;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * How one replica of a group stands, as itself says.
 *
 * <p>Encoding: role u8, term varint, leader (0, or 1 and 16 bytes), applied, durable, first, last
 * index, last term, committed and snapshot index as varints, wall clock i64, bytes and commands as
 * varints, figures (bytes, empty for none).
 *
 * @param leader as it last heard
 * @param durableIndex what a crash of it can't undo
 * @param firstIndex first entry of its log
 * @param lastTerm of the last entry of its log: of two replicas, that with the higher one has more
 * @param wallMillis its node's clock as it answered
 * @param rangeBytes about what the rows of a partition's range take here
 * @param commandsPerSecond that this replica proposed of late
 * @param figures of a partition, from its own, perhaps old state; null for the directory
 */
public record ReplicaStatus(
        Role role,
        long term,
        @Nullable NodeId leader,
        long appliedIndex,
        long durableIndex,
        long firstIndex,
        long lastIndex,
        long lastTerm,
        long committedIndex,
        long snapshotIndex,
        long wallMillis,
        long rangeBytes,
        long commandsPerSecond,
        PartitionAnswer.@Nullable Figures figures) {

    ReplicaStatus with(long bytes, long perSecond, PartitionAnswer.@Nullable Figures fresh) {
        return new ReplicaStatus(
                role,
                term,
                leader,
                appliedIndex,
                durableIndex,
                firstIndex,
                lastIndex,
                lastTerm,
                committedIndex,
                snapshotIndex,
                wallMillis,
                bytes,
                perSecond,
                fresh);
    }

    void encode(Encoder out) {
        out.u8(role.ordinal()).varint(term);
        NodeIds.encode(out, leader);
        out.varint(appliedIndex).varint(durableIndex).varint(firstIndex).varint(lastIndex);
        out.varint(lastTerm).varint(committedIndex).varint(snapshotIndex).i64(wallMillis);
        out.varint(rangeBytes).varint(commandsPerSecond);
        if (figures == null) {
            out.varint(0);
        } else {
            out.bytes(AnswerCodec.encode(figures));
        }
    }

    static ReplicaStatus decode(Decoder in) {
        int role = in.u8();
        if (role >= Role.values().length) {
            throw new CorruptEncoding("no role has number " + role);
        }
        return new ReplicaStatus(
                Role.values()[role],
                in.varint(),
                NodeIds.decode(in),
                in.varint(),
                in.varint(),
                in.varint(),
                in.varint(),
                in.varint(),
                in.varint(),
                in.varint(),
                in.i64(),
                in.varint(),
                in.varint(),
                figures(in));
    }

    private static PartitionAnswer.@Nullable Figures figures(Decoder in) {
        var bytes = in.bytes();
        if (bytes.isEmpty()) {
            return null;
        }
        if (AnswerCodec.decode(bytes) instanceof PartitionAnswer.Figures figures) {
            return figures;
        }
        throw new CorruptEncoding("a status holds another answer than figures");
    }

    /** A node that may be unknown: 0, or 1 and 16 bytes. */
    static final class NodeIds {
        private NodeIds() {}

        static void encode(Encoder out, @Nullable NodeId node) {
            out.bool(node != null);
            if (node != null) {
                node.id().encode(out);
            }
        }

        static @Nullable NodeId decode(Decoder in) {
            return in.bool() ? new NodeId(Id128.decode(in)) : null;
        }
    }
}
