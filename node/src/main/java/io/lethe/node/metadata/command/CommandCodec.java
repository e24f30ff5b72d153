package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;

/**
 * Encodes commands as entries of the replicated logs, and for the way to the leader (whose stamp
 * then replaces the sender's). Static and pure.
 *
 * <p>An entry is {@code format u8 = 1 ‖ type u8 ‖ wall millis i64 ‖ checkedAt varint ‖ controller
 * epoch varint ‖ feature level i32 ‖ the command's fields} in the order of its record, types and
 * fields as in {@link PartitionCommandCodec} and {@link DirectoryCommandCodec}. A log may hold
 * entries of every format that was ever released; each stays decodable, and samples of each lie in
 * {@code src/test/resources}. Numbers of types are never reused. Up to the feature level an entry
 * looks alike in every format, so that a build knows of any entry whether it may go on to read it.
 */
public final class CommandCodec {
    /** The format that is written. */
    public static final int FORMAT = 1;

    private CommandCodec() {}

    /** An entry of a partition's log. */
    public record PartitionEntry(Stamp stamp, PartitionCommand command) {}

    /** An entry of the directory's log. */
    public record DirectoryEntry(Stamp stamp, DirectoryCommand command) {}

    /**
     * @throws IllegalArgumentException when a field is larger than its limit
     */
    public static Bytes encode(Stamp stamp, PartitionCommand command) {
        FieldWriter out = new FieldWriter(512);
        head(out, PartitionCommandCodec.type(command), stamp);
        PartitionCommandCodec.fields(out, command);
        return out.toBytes();
    }

    /**
     * @throws IllegalArgumentException when a field is larger than its limit
     */
    public static Bytes encode(Stamp stamp, DirectoryCommand command) {
        FieldWriter out = new FieldWriter(512);
        head(out, DirectoryCommandCodec.type(command), stamp);
        DirectoryCommandCodec.fields(out, command);
        return out.toBytes();
    }

    /**
     * @throws io.lethe.node.base.codec.Decoder.CorruptEncoding when this is no such entry
     */
    public static PartitionEntry decodePartition(Bytes entry) {
        return FieldReader.whole(
                entry,
                in -> {
                    in.format(FORMAT);
                    int type = in.u8();
                    return new PartitionEntry(stamp(in), PartitionCommandCodec.read(in, type));
                });
    }

    /**
     * @throws io.lethe.node.base.codec.Decoder.CorruptEncoding when this is no such entry
     */
    public static DirectoryEntry decodeDirectory(Bytes entry) {
        return FieldReader.whole(
                entry,
                in -> {
                    in.format(FORMAT);
                    int type = in.u8();
                    return new DirectoryEntry(stamp(in), DirectoryCommandCodec.read(in, type));
                });
    }

    /**
     * The feature level at which an entry was proposed, also of one that this build can't read.
     *
     * @throws io.lethe.node.base.codec.Decoder.CorruptEncoding when this is no entry at all
     */
    public static int level(Bytes entry) {
        return FieldReader.beginning(
                entry,
                in -> {
                    var _ = in.u8();
                    var _ = in.u8();
                    return stamp(in).featureLevel();
                });
    }

    private static void head(FieldWriter out, int type, Stamp stamp) {
        out.u8(FORMAT).u8(type).int64(stamp.wallMillis()).number(stamp.checkedAt());
        out.number(stamp.controllerEpoch()).int32(stamp.featureLevel());
    }

    private static Stamp stamp(FieldReader in) {
        return new Stamp(in.int64(), in.number(), in.number(), in.int32());
    }
}
