package io.lethe.node.metadata;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;

/**
 * What one node asks another about a group.
 *
 * <p>Encoding: format u8 (1), type u8, then
 *
 * <pre>
 * 1 Execute  entry (all that is left)
 * 2 Ask      query (all that is left)
 * 3 Status
 * 4 Verify   shard id 16
 * 5 Members
 * 6 Export   id 16, cursor (all that is left)
 * 7 Configuration
 * </pre>
 */
public sealed interface MetadataRequest {
    int FORMAT = 1;

    /**
     * Execute a command.
     *
     * @param entry by {@link io.lethe.node.metadata.command.CommandCodec}; the leader replaces time
     *     and feature level of its stamp
     */
    record Execute(Bytes entry) implements MetadataRequest {}

    /**
     * Answer a question.
     *
     * @param query by {@link io.lethe.node.metadata.command.QueryCodec}
     */
    record Ask(Bytes query) implements MetadataRequest {}

    /** Say how this replica stands, whether it leads or not. */
    record Status() implements MetadataRequest {}

    /**
     * Unwrap every data key that was moved out of this shard, as it was and as it is now, with this
     * replica's own slots, and compare; whether it leads or not.
     */
    record Verify(ShardId shard) implements MetadataRequest {}

    /** Say which replicas the group has, as committed; asked of its leader. */
    record Members() implements MetadataRequest {}

    /** Say who votes by this replica's own log, committed or not, whether it leads or not. */
    record Configuration() implements MetadataRequest {}

    /**
     * Show a piece of the group's state as it was when this was first asked; the replica that was
     * asked first keeps that until another is asked for, or nothing for some minutes.
     *
     * @param id chosen by whoever asks, once
     * @param cursor as the last answer said; empty: from the beginning
     */
    record Export(Id128 id, Bytes cursor) implements MetadataRequest {}

    static byte[] encode(MetadataRequest request) {
        return switch (request) {
            case Execute execute -> framed(1, execute.entry());
            case Ask ask -> framed(2, ask.query());
            case Status _ -> framed(3, Bytes.EMPTY);
            case Members _ -> framed(5, Bytes.EMPTY);
            case Configuration _ -> framed(7, Bytes.EMPTY);
            case Export export -> {
                Encoder out = new Encoder(Id128.BYTES + export.cursor().length());
                export.id().encode(out);
                yield framed(6, out.raw(export.cursor()).toBytes());
            }
            case Verify verify -> {
                Encoder out = new Encoder(Id128.BYTES);
                verify.shard().id().encode(out);
                yield framed(4, out.toBytes());
            }
        };
    }

    private static byte[] framed(int type, Bytes rest) {
        return new Encoder(2 + rest.length()).u8(FORMAT).u8(type).raw(rest).toArray();
    }

    /**
     * @throws CorruptEncoding when this is no request
     */
    static MetadataRequest decode(byte[] bytes) {
        Decoder in = new Decoder(bytes);
        int format = in.u8();
        if (format != FORMAT) {
            throw new CorruptEncoding("a metadata request has format " + format);
        }
        int type = in.u8();
        Bytes rest = Bytes.wrap(in.raw(in.remaining()));
        return switch (type) {
            case 1 -> new Execute(rest);
            case 2 -> new Ask(rest);
            case 3 -> new Status();
            case 4 -> verify(new Decoder(rest));
            case 5 -> new Members();
            case 6 -> export(new Decoder(rest));
            case 7 -> new Configuration();
            default -> throw new CorruptEncoding("no metadata request has type " + type);
        };
    }

    private static Export export(Decoder in) {
        return new Export(Id128.decode(in), Bytes.wrap(in.raw(in.remaining())));
    }

    private static Verify verify(Decoder in) {
        Verify verify = new Verify(new ShardId(Id128.decode(in)));
        in.end();
        return verify;
    }
}
