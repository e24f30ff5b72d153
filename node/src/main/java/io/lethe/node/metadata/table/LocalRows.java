package io.lethe.node.metadata.table;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.Id128;
import io.lethe.node.model.ShardId;
import io.lethe.node.model.TenantId;

/**
 * What the family {@code default} holds: rows of this replica, written in the same batches as the
 * state's.
 *
 * <pre>
 * 'a'                  position: index i64, term i64
 * 's' ‖ shard id (16)  slot: number i32, tenant id 16
 * </pre>
 *
 * <p>A snapshot carries them too; there the slots are those of the replica that wrote it, and the
 * one that loads it puts its own in their place.
 */
final class LocalRows {
    static final byte[] POSITION = {'a'};
    static final byte[] FIRST_SLOT = {'s'};
    static final byte[] AFTER_SLOTS = {'s' + 1};

    /** Where a shard's key lies. */
    record Slot(int number, TenantId tenant) {}

    private LocalRows() {}

    static byte[] position(Position position) {
        return new Encoder(16).i64(position.index()).i64(position.term()).toArray();
    }

    static Position position(byte[] value) {
        Decoder in = new Decoder(value);
        Position position = new Position(in.i64(), in.i64());
        in.end();
        return position;
    }

    static byte[] slotKey(ShardId shard) {
        Encoder out = new Encoder(1 + Id128.BYTES).raw(FIRST_SLOT);
        shard.id().encode(out);
        return out.toArray();
    }

    static ShardId slotShard(byte[] key) {
        return new ShardId(Id128.decode(new Decoder(key, 1, Id128.BYTES)));
    }

    static byte[] slot(Slot slot) {
        Encoder out = new Encoder(4 + Id128.BYTES).i32(slot.number());
        slot.tenant().id().encode(out);
        return out.toArray();
    }

    static Slot slot(byte[] value) {
        Decoder in = new Decoder(value);
        Slot slot = new Slot(in.i32(), new TenantId(Id128.decode(in)));
        in.end();
        return slot;
    }
}
