package io.lethe.client;

/** Where write ids, request ids and nonces come from: secure in production, counted in tests. */
@FunctionalInterface
interface RandomIds {
    /** 128 bits: no two clients ever draw the same. */
    int LENGTH_BYTES = 16;

    /** {@link #LENGTH_BYTES} fresh bytes. */
    byte[] next();
}
