package io.lethe.node.metadata.table;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.model.ShardId;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What a slot of a {@link KeyFile} holds. 64 bytes, big-endian:
 *
 * <pre>
 *  0  u8   state: 0 never used (all 64 bytes are zero), 1 live, 2 destroyed
 *  1  u8   length of the wrapped key, 1 to 48; 0 when destroyed
 *  2  i32  tenant-key version; 0 when destroyed
 *  6  6    tag: the first 48 bits of the shard id; 0 when destroyed
 * 12  48   wrapped shard key, zeros behind it (RFC 3394: 40 bytes); zeros when destroyed
 * 60  i32  CRC32C of the slot's number (i32) and bytes 0 to 59
 * </pre>
 *
 * <p>The number in the checksum finds a slot written to a wrong place; the tag finds one that
 * belongs to another shard by now.
 */
sealed interface KeySlot {
    int BYTES = 64;
    int MOST_WRAPPED_BYTES = 48;

    /** A shard's key. */
    record Live(long tag, int tenantKeyVersion, Bytes wrapped) implements KeySlot {
        public Live {
            Check.range("wrapped key bytes", wrapped.length(), 1, MOST_WRAPPED_BYTES);
        }

        static Live of(ShardId shard, int tenantKeyVersion, Bytes wrapped) {
            return new Live(tagOf(shard), tenantKeyVersion, wrapped);
        }
    }

    /** Overwritten. */
    record Destroyed() implements KeySlot {}

    /** Never used. */
    record Blank() implements KeySlot {}

    /** Not what was written. */
    record Corrupt() implements KeySlot {}

    static long tagOf(ShardId shard) {
        return shard.id().high() >>> 16;
    }

    static byte[] encode(int slot, KeySlot value) {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        switch (value) {
            case Live live -> {
                out.put((byte) 1).put((byte) live.wrapped().length());
                out.putInt(live.tenantKeyVersion());
                out.putShort((short) (live.tag() >>> 32)).putInt((int) live.tag());
                out.put(live.wrapped().unsafeArray());
            }
            case Destroyed _ -> out.put((byte) 2);
            case Blank _ -> {
                return out.array();
            }
            case Corrupt _ -> throw new IllegalArgumentException("nobody writes a corrupt slot");
        }
        out.putInt(BYTES - 4, checksum(slot, out.array()));
        return out.array();
    }

    static KeySlot decode(int slot, byte[] bytes) {
        if (isBlank(bytes)) {
            return new Blank();
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt(BYTES - 4) != checksum(slot, bytes)) {
            return new Corrupt();
        }
        int state = in.get();
        int length = in.get();
        int version = in.getInt();
        long tag = ((in.getShort() & 0xffffL) << 32) | (in.getInt() & 0xffff_ffffL);
        if (state == 2) {
            return new Destroyed();
        }
        if (state != 1 || length < 1 || length > MOST_WRAPPED_BYTES) {
            return new Corrupt();
        }
        byte[] wrapped = new byte[length];
        in.get(wrapped);
        return new Live(tag, version, Bytes.wrap(wrapped));
    }

    private static boolean isBlank(byte[] bytes) {
        for (byte one : bytes) {
            if (one != 0) {
                return false;
            }
        }
        return true;
    }

    private static int checksum(int slot, byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(4).putInt(0, slot));
        crc.update(bytes, 0, BYTES - 4);
        return (int) crc.getValue();
    }
}
