package io.lethe.node.model;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;

/**
 * A short-lived capability for one operation on the chunks of one segment, sealed by a MAC that
 * only nodes of the cluster can make.
 *
 * <p>Encoding (big-endian): format u8 = 1, operation u8, pg i64, pg epoch i32, segment 16, expiry
 * i64, directory index i64, key id i32, mac 16 bytes over all before it.
 *
 * @param expiryMillis wall time after which storage nodes refuse it; at most {@link
 *     #MOST_LIFE_MILLIS} after minting
 * @param directoryIndex the directory index at which the minter validated the request
 * @param keyId which ticket key made the MAC
 * @param mac HMAC-SHA-256, cut to 16 bytes
 */
public record Ticket(
        Operation operation,
        PgId pg,
        int pgEpoch,
        SegmentId segment,
        long expiryMillis,
        long directoryIndex,
        int keyId,
        Bytes mac) {
    /** One minute: the longest that a ticket may outlive the decision to mint it (protocols). */
    public static final long MOST_LIFE_MILLIS = 60_000;

    public static final int MAC_BYTES = 16;
    private static final int FORMAT = 1;

    /** What the holder may do; its place is its code in the encoding, so the list only grows. */
    public enum Operation {
        WRITE,
        READ,
        /** Delete or doom. */
        DELETE,
        /** Inventories, verification, status: for nodes only; names no segment (zero id, pg 0). */
        INSPECT,
        /**
         * Has a device refuse writes to the group below the ticket's epoch: for nodes that move a
         * member; names no segment (zero id).
         */
        MOVE
    }

    /** The bytes that the MAC covers. */
    public byte[] signedBytes() {
        Encoder out = new Encoder(64);
        out.u8(FORMAT).u8(operation.ordinal()).i64(pg.value()).i32(pgEpoch);
        segment.id().encode(out);
        return out.i64(expiryMillis).i64(directoryIndex).i32(keyId).toArray();
    }

    public byte[] encode() {
        return new Encoder(80).raw(signedBytes()).raw(mac).toArray();
    }

    /**
     * @throws Decoder.CorruptEncoding when the bytes are no ticket of this format
     */
    public static Ticket decode(byte[] encoded) {
        Decoder in = new Decoder(encoded);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("a ticket of an unknown format");
        }
        int operation = in.u8();
        if (operation >= Operation.values().length) {
            throw new Decoder.CorruptEncoding("a ticket for an unknown operation " + operation);
        }
        PgId pg = new PgId(in.i64());
        int pgEpoch = in.i32();
        SegmentId segment = new SegmentId(Id128.decode(in));
        Ticket ticket =
                new Ticket(
                        Operation.values()[operation],
                        pg,
                        pgEpoch,
                        segment,
                        in.i64(),
                        in.i64(),
                        in.i32(),
                        Bytes.wrap(in.raw(MAC_BYTES)));
        in.end();
        return ticket;
    }
}
