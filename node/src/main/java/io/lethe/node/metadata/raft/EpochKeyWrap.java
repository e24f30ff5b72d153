package io.lethe.node.metadata.raft;

/** Wraps log-epoch keys under the node's key. Safe for any thread. */
public interface EpochKeyWrap {
    /** The most bytes that a slot has room for: a 32-byte key under RFC 3394 takes 40. */
    int MOST_WRAPPED_BYTES = 40;

    /**
     * @return at most {@link #MOST_WRAPPED_BYTES} bytes
     */
    byte[] wrap(byte[] key);

    /**
     * @throws IllegalArgumentException when the bytes were not wrapped under this node's key
     */
    byte[] unwrap(byte[] wrapped);
}
