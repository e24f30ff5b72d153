package io.lethe.node.crypto;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Encoder;
import java.nio.charset.StandardCharsets;

/**
 * What a key wraps or seals. Each purpose works under a key of its own, derived from the wrapping
 * key, so that nothing wrapped for one purpose, or for one owner, opens as another.
 *
 * <p>Labels are part of stored formats: ASCII without zero bytes, never changed, never used again.
 */
public enum Purpose {
    /** An object version's data key under a shard key; the id is the write id. */
    DATA_KEY("data key"),
    /** A shard key under its tenant's key; the id is the shard id. */
    SHARD_KEY("shard key"),
    /** A tenant key under a root key; the id is the tenant id. */
    TENANT_KEY("tenant key"),
    /** A log-epoch key under the node's key; the id is group (i32) and epoch (i64). */
    LOG_EPOCH_KEY("log epoch key"),
    /** A ticket key sealed to a node; the id is the key id (i32) and the node id. */
    TICKET_KEY("ticket key"),
    /** An access key's secret under its tenant's key; the id is the access key id in ASCII. */
    ACCESS_SECRET("access secret"),
    /** Content type, user metadata and tags under a data key; the id is the write id. */
    OBJECT_INFO("object info"),
    /** What a session token says, under its tenant's key; the id is the parent access key id. */
    SESSION_TOKEN("session token"),
    /** A backup's key under a root key; the id is the backup id. */
    BACKUP_KEY("backup key"),
    /**
     * A frame of shard keys under a backup's key; the id is the group (i32) and its number (i64).
     */
    BACKUP_KEYS("backup keys"),
    /** A signing key's seed under a root key; the id is the public key's first 16 bytes. */
    SIGNING_KEY("signing key"),
    /** The seed by which a node signs its receipts, made of its own key; there is no id. */
    RECEIPTS("receipts");

    private final String label;

    Purpose(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /**
     * HKDF's info: {@code prefix} ‖ 0 ‖ label ‖ 0 ‖ id. No two triples give the same bytes, since
     * neither prefix nor label has a zero byte.
     */
    byte[] info(String prefix, Bytes id) {
        return new Encoder(64)
                .raw(prefix.getBytes(StandardCharsets.US_ASCII))
                .u8(0)
                .raw(label.getBytes(StandardCharsets.US_ASCII))
                .u8(0)
                .raw(id)
                .toArray();
    }
}
