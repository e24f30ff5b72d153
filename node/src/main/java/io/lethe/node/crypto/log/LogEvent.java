package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.crypto.Ed25519;
import io.lethe.node.model.NodeId;

/**
 * What a leaf of the log says happened. What it happened to is named by the leaf's references and
 * commitments. Times are milliseconds since 1970, UTC.
 *
 * <p>Each has a number, {@link #kind}, that is never used again, and a body of which {@link
 * LeafCodec} says every byte. A later version adds kinds; one that is unknown is {@link Other}, and
 * is carried through as it is.
 */
public sealed interface LogEvent {
    /** Keys without an end are good until then. */
    long NO_END = Long.MAX_VALUE;

    /** What a body may take at most, far above what any kind needs. */
    int MOST_BODY_BYTES = 4_096;

    /** The number that stands in the leaf. */
    int kind();

    /** A node signs its receipts by this key from now on. */
    record NodeKeyEnrolled(NodeId node, Bytes publicKey) implements LogEvent {
        static final int KIND = 1;

        public NodeKeyEnrolled {
            checkKey(publicKey);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /**
     * A node's key is no good for anything signed at {@code untilMillis} or later.
     *
     * @param untilMillis the time of the leaf, or before it where the key may have been in other
     *     hands; 0: nothing counts
     */
    record NodeKeyRevoked(NodeId node, Bytes publicKey, long untilMillis) implements LogEvent {
        static final int KIND = 2;

        public NodeKeyRevoked {
            checkKey(publicKey);
            checkTime(untilMillis);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /** Certificates are signed by this key from now on. */
    record CertificateKeyEnrolled(Bytes publicKey) implements LogEvent {
        static final int KIND = 3;

        public CertificateKeyEnrolled {
            checkKey(publicKey);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /** As {@link NodeKeyRevoked}, of a key for certificates. */
    record CertificateKeyRevoked(Bytes publicKey, long untilMillis) implements LogEvent {
        static final int KIND = 4;

        public CertificateKeyRevoked {
            checkKey(publicKey);
            checkTime(untilMillis);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /**
     * Something must be preserved.
     *
     * @param expiresAtMillis 0: not by itself
     * @param reviewAtMillis 0: no date was set
     */
    record HoldPlaced(long expiresAtMillis, long reviewAtMillis) implements LogEvent {
        static final int KIND = 5;

        public HoldPlaced {
            checkTime(expiresAtMillis);
            checkTime(reviewAtMillis);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /** A hold ended; others on the same subject may stand. */
    record HoldLifted() implements LogEvent {
        static final int KIND = 6;

        @Override
        public int kind() {
            return KIND;
        }
    }

    /**
     * A tenant went on to another state of its life.
     *
     * @param from number of the state in which it was, as in {@code TenantRecord}; 0: none, it was
     *     made
     */
    record TenantTransition(int from, int to) implements LogEvent {
        static final int KIND = 7;

        public TenantTransition {
            Check.range("state", from, 0, 0xff);
            Check.range("state", to, 0, 0xff);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /** How far a purge is. */
    enum PurgeState {
        /** Logged before anything is destroyed. */
        STARTED(8),
        /** Something is still out. */
        PARTIAL(9),
        COMPLETE(10);

        private final int kind;

        PurgeState(int kind) {
            this.kind = kind;
        }
    }

    /**
     * A certificate of destruction was made.
     *
     * @param manifest 32 bytes, the digest of all places from which something is destroyed
     * @param certificate 32 bytes, SHA-256 of the certificate's signed statement
     * @param rows of the manifest
     * @param rowsOut of them not yet destroyed and verified
     * @param keys the keys that were good or had been when this was logged
     */
    record Purge(
            PurgeState state,
            Bytes manifest,
            Bytes certificate,
            long rows,
            long rowsOut,
            KeySet.Head keys)
            implements LogEvent {
        public Purge {
            Check.range("manifest bytes", manifest.length(), TreeHash.BYTES, TreeHash.BYTES);
            Check.range("certificate bytes", certificate.length(), TreeHash.BYTES, TreeHash.BYTES);
            Check.range("rows", rows, 0, Long.MAX_VALUE);
            Check.range("rows out", rowsOut, 0, rows);
            if (state == PurgeState.COMPLETE && rowsOut > 0) {
                throw new IllegalArgumentException("a purge with rows out is not complete");
            }
        }

        @Override
        public int kind() {
            return state.kind;
        }
    }

    /**
     * An authority's order, or what it told to do.
     *
     * @param action number of what is to be done
     * @param dueAtMillis until when it has to be in effect; 0: no time was set
     */
    record OrderTaken(int action, long dueAtMillis) implements LogEvent {
        static final int KIND = 11;

        public OrderTaken {
            Check.range("action", action, 0, 0xff);
            checkTime(dueAtMillis);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /**
     * A new version of a denylist is enforced.
     *
     * @param hash 32 bytes, of the list's file
     */
    record DenylistVersion(long version, long entries, Bytes hash) implements LogEvent {
        static final int KIND = 12;

        public DenylistVersion {
            Check.range("version", version, 0, Long.MAX_VALUE);
            Check.range("entries", entries, 0, Long.MAX_VALUE);
            Check.range("hash bytes", hash.length(), TreeHash.BYTES, TreeHash.BYTES);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /**
     * An operator took it on himself that the log lost leaves which somebody had seen: after a
     * restore.
     *
     * @param size leaves that are left
     * @param knownSize of the newest checkpoint that anybody showed
     * @param knownRoot its root
     */
    record GapSigned(long size, long knownSize, TreeHash knownRoot) implements LogEvent {
        static final int KIND = 13;

        public GapSigned {
            Check.range("size", size, 0, Subtree.MOST_LEAVES);
            Check.range("known size", knownSize, 0, Subtree.MOST_LEAVES);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /**
     * How far a tenant's audit log was.
     *
     * @param sequence of its last entry
     * @param head 32 bytes, the hash that its chain ends in
     */
    record AuditAnchor(long sequence, Bytes head) implements LogEvent {
        static final int KIND = 14;

        public AuditAnchor {
            Check.range("sequence", sequence, 0, Long.MAX_VALUE);
            Check.range("head bytes", head.length(), TreeHash.BYTES, TreeHash.BYTES);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /**
     * How checkpoints are made from now on.
     *
     * @param intervalMillis how long a leaf waits for one at most
     * @param witnesses that are asked
     * @param needed of them to publish a checkpoint; 0: none
     * @param keys 32 bytes, SHA-256 of the witnesses' keys, each with a newline behind it, in order
     */
    record CheckpointPolicy(long intervalMillis, int witnesses, int needed, Bytes keys)
            implements LogEvent {
        static final int KIND = 15;

        public CheckpointPolicy {
            checkTime(intervalMillis);
            Check.range("witnesses", witnesses, 0, 0xff);
            Check.range("witnesses needed", needed, 0, witnesses);
            Check.range("digest bytes", keys.length(), TreeHash.BYTES, TreeHash.BYTES);
        }

        @Override
        public int kind() {
            return KIND;
        }
    }

    /** Of a kind that this version does not know. */
    record Other(int kind, Bytes body) implements LogEvent {
        public Other {
            Check.range("kind", kind, 0, 0xffff);
            Check.range("body bytes", body.length(), 0, MOST_BODY_BYTES);
            if (LeafCodec.isKnown(kind)) {
                throw new IllegalArgumentException("kind " + kind + " has an event of its own");
            }
        }
    }

    private static void checkKey(Bytes publicKey) {
        Check.range("key bytes", publicKey.length(), Ed25519.KEY_BYTES, Ed25519.KEY_BYTES);
    }

    private static void checkTime(long millis) {
        Check.range("milliseconds", millis, 0, Long.MAX_VALUE);
    }
}
