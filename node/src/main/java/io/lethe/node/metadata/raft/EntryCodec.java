package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A log entry as bytes, before it is sealed. Layout: u8 format = 1, u8 kind (1 no-op, 2 data, 3
 * configuration), varint term. Data: the command, to the end. Configuration: four lists (voters,
 * old voters, learners, old learners), each a varint count and that many strings {@code
 * host:port[:generation]}; an empty old list means that there is none.
 */
final class EntryCodec {
    private static final int FORMAT = 1;
    private static final int NO_OP = 1;
    private static final int COMMAND = 2;
    private static final int CONFIGURATION = 3;

    /** More replicas than any group has: bounds what a damaged count can allocate. */
    private static final int MOST_PEERS = 10_000;

    private EntryCodec() {}

    static byte[] encode(LogEntry entry) {
        ByteBuffer command = entry.getReadOnlyData();
        Encoder out = new Encoder(16 + command.remaining());
        out.u8(FORMAT).u8(kind(entry.getType())).varint(entry.getId().getTerm());
        if (entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION) {
            peers(out, entry.getPeers());
            peers(out, entry.getOldPeers());
            peers(out, entry.getLearners());
            peers(out, entry.getOldLearners());
        } else {
            byte[] bytes = new byte[command.remaining()];
            command.get(bytes);
            out.raw(bytes);
        }
        return out.toArray();
    }

    /**
     * @throws Decoder.CorruptEncoding when the bytes are no entry of this format
     */
    static LogEntry decode(long index, byte[] encoded) {
        Decoder in = new Decoder(encoded);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("a log entry of an unknown format");
        }
        EntryType type = type(in.u8());
        LogEntry entry = new LogEntry(type);
        entry.setId(new LogId(index, in.varint()));
        if (type == EntryType.ENTRY_TYPE_CONFIGURATION) {
            entry.setPeers(peers(in));
            entry.setOldPeers(emptyAsNone(peers(in)));
            entry.setLearners(emptyAsNone(peers(in)));
            entry.setOldLearners(emptyAsNone(peers(in)));
        } else {
            entry.setData(ByteBuffer.wrap(in.raw(in.remaining())));
        }
        in.end();
        return entry;
    }

    private static int kind(EntryType type) {
        return switch (type) {
            case ENTRY_TYPE_NO_OP -> NO_OP;
            case ENTRY_TYPE_DATA -> COMMAND;
            case ENTRY_TYPE_CONFIGURATION -> CONFIGURATION;
            case ENTRY_TYPE_UNKNOWN ->
                    throw new IllegalArgumentException("a log entry of unknown type");
        };
    }

    private static EntryType type(int kind) {
        return switch (kind) {
            case NO_OP -> EntryType.ENTRY_TYPE_NO_OP;
            case COMMAND -> EntryType.ENTRY_TYPE_DATA;
            case CONFIGURATION -> EntryType.ENTRY_TYPE_CONFIGURATION;
            default -> throw new Decoder.CorruptEncoding("a log entry of unknown kind " + kind);
        };
    }

    private static void peers(Encoder out, @Nullable List<PeerId> peers) {
        if (peers == null) {
            out.varint(0);
            return;
        }
        out.varint(peers.size());
        for (PeerId peer : peers) {
            out.string(peer.toString());
        }
    }

    private static List<PeerId> peers(Decoder in) {
        int count = in.count(MOST_PEERS);
        List<PeerId> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String text = in.string();
            PeerId peer = PeerId.parsePeer(text);
            if (peer == null) {
                throw new Decoder.CorruptEncoding("a replica is named '" + text + "'");
            }
            peers.add(peer);
        }
        return peers;
    }

    private static @Nullable List<PeerId> emptyAsNone(List<PeerId> peers) {
        return peers.isEmpty() ? null : peers;
    }
}
