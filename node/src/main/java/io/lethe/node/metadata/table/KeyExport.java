package io.lethe.node.metadata.table;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A replica's slots on their way to another replica, and as staged there until the snapshot that
 * they belong to is loaded. Layout: format u8 (1), count varint, then for each slot: shard id 16,
 * tenant 16, tenant-key version varint, wrapped key (varint length, bytes); last the CRC32C (i32)
 * of all before it.
 */
public final class KeyExport {
    private static final int FORMAT = 1;
    private static final int CHECKSUM_BYTES = 4;

    private KeyExport() {}

    public static byte[] encode(List<ShardGrant> grants) {
        Encoder out = new Encoder(16 + grants.size() * 80);
        out.u8(FORMAT).varint(grants.size());
        for (ShardGrant grant : grants) {
            grant.shard().id().encode(out);
            grant.tenant().id().encode(out);
            out.varint(grant.tenantKeyVersion()).bytes(grant.wrappedShardKey());
        }
        CRC32C crc = new CRC32C();
        crc.update(out.toArray());
        return out.i32((int) crc.getValue()).toArray();
    }

    /**
     * @throws CorruptEncoding when it is cut short, damaged or of another format
     */
    public static List<ShardGrant> decode(byte[] bytes) {
        int body = bytes.length - CHECKSUM_BYTES;
        if (body < 0) {
            throw new CorruptEncoding("exported keys are cut short");
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, body);
        if (new Decoder(bytes, body, CHECKSUM_BYTES).i32() != (int) crc.getValue()) {
            throw new CorruptEncoding("exported keys don't match their checksum");
        }
        Decoder in = new Decoder(bytes, 0, body);
        int format = in.u8();
        if (format != FORMAT) {
            throw new CorruptEncoding("exported keys have format " + format + ", not " + FORMAT);
        }
        int count = in.count(KeyFile.MOST_CHUNKS * KeyFile.CHUNK_SLOTS);
        List<ShardGrant> grants = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            grants.add(
                    new ShardGrant(
                            new ShardId(Id128.decode(in)),
                            new TenantId(Id128.decode(in)),
                            in.count(Integer.MAX_VALUE),
                            in.bytes()));
        }
        in.end();
        return grants;
    }
}
