package io.lethe.node.backup;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a backup holds; written last, so a backup is complete where it is there. Format, big-endian:
 *
 * <pre>
 * "LETHEMAN", format u8 = 1, cluster id 16, cluster name string, backup id 16, made by node 16,
 * began i64, ended i64 (milliseconds since 1970), feature level varint,
 * number of its copies of keys varint, wrapped key bytes (empty: it is in the directory's slot of
 * the backup's id), count varint, that many groups:
 *   group i32, index i64, term i64, rows part, keys part; a part: items varint, length varint,
 *   SHA-256 32
 * CRC32C i32 of all before
 * </pre>
 *
 * <p>A string or bytes are a varint length and that many bytes. The groups are the partitions in
 * the order of their numbers, then the directory, of which there are no keys.
 *
 * @param id the milliseconds at which it began, then random: so ids are in the order of time
 * @param copy number under which partitions have the copies of their keys registered
 * @param wrappedKey the key of its key files, under the root key; empty: in the directory
 */
public record Manifest(
        Id128 cluster,
        String clusterName,
        Id128 id,
        NodeId madeBy,
        long beganMillis,
        long endedMillis,
        int featureLevel,
        long copy,
        Bytes wrappedKey,
        List<Group> groups) {
    /** Its file's name. */
    public static final String NAME = "manifest";

    /** Far more than partitions there may be. */
    static final int MOST_GROUPS = 200_000;

    private static final byte[] MAGIC = {'L', 'E', 'T', 'H', 'E', 'M', 'A', 'N'};
    private static final int FORMAT = 1;
    private static final int SHA256_BYTES = 32;

    /**
     * A file.
     *
     * @param items rows or keys in it
     */
    public record Part(long items, long lengthBytes, Bytes sha256) {
        /** Of a group without keys. */
        static final Part NONE = new Part(0, 0, Bytes.wrap(new byte[SHA256_BYTES]));

        void encode(Encoder out) {
            out.varint(items).varint(lengthBytes).raw(sha256);
        }

        static Part decode(Decoder in) {
            return new Part(in.varint(), in.varint(), Bytes.wrap(in.raw(SHA256_BYTES)));
        }
    }

    /**
     * A group's state.
     *
     * @param index of the last entry that it has, and its term
     */
    public record Group(GroupId id, long index, long term, Part rows, Part keys) {}

    public Manifest {
        groups = List.copyOf(groups);
    }

    /** Name of a group's file. */
    public static String file(GroupId group, BackupFile.Kind kind) {
        return group + (kind == BackupFile.Kind.KEYS ? ".keys" : ".rows");
    }

    /** Rows of all groups. */
    public long rows() {
        return groups.stream().mapToLong(group -> group.rows().items()).sum();
    }

    /** Of all files. */
    public long lengthBytes() {
        return groups.stream()
                .mapToLong(group -> group.rows().lengthBytes() + group.keys().lengthBytes())
                .sum();
    }

    byte[] encode() {
        Encoder out = new Encoder(256 + groups.size() * 128).raw(MAGIC).u8(FORMAT);
        cluster.encode(out);
        out.string(clusterName);
        id.encode(out);
        madeBy.id().encode(out);
        out.i64(beganMillis).i64(endedMillis).varint(featureLevel).varint(copy).bytes(wrappedKey);
        out.varint(groups.size());
        for (Group group : groups) {
            out.i32(group.id().value()).i64(group.index()).i64(group.term());
            group.rows().encode(out);
            group.keys().encode(out);
        }
        return out.i32(BackupFile.crc(out.toArray())).toArray();
    }

    /**
     * @throws CorruptEncoding when it is cut short, damaged or of another format
     */
    public static Manifest decode(byte[] bytes) {
        if (bytes.length < MAGIC.length + 5) {
            throw new CorruptEncoding("a backup's manifest is cut short");
        }
        BackupFile.check(bytes, "backup's manifest");
        Decoder in = new Decoder(bytes, 0, bytes.length - 4);
        if (!Arrays.equals(in.raw(MAGIC.length), MAGIC)) {
            throw new CorruptEncoding("this is no backup's manifest");
        }
        int format = in.u8();
        if (format != FORMAT) {
            throw new CorruptEncoding("a backup's manifest has format " + format);
        }
        Id128 cluster = Id128.decode(in);
        String name = in.string();
        Id128 id = Id128.decode(in);
        NodeId madeBy = new NodeId(Id128.decode(in));
        long began = in.i64();
        long ended = in.i64();
        int level = in.count(Integer.MAX_VALUE);
        long copy = in.varint();
        Bytes wrapped = in.bytes();
        List<Group> groups = new ArrayList<>();
        for (int left = in.count(MOST_GROUPS); left > 0; left--) {
            groups.add(
                    new Group(
                            new GroupId(in.i32()),
                            in.i64(),
                            in.i64(),
                            Part.decode(in),
                            Part.decode(in)));
        }
        in.end();
        return new Manifest(cluster, name, id, madeBy, began, ended, level, copy, wrapped, groups);
    }
}
