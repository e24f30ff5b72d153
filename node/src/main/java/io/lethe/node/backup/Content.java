package io.lethe.node.backup;

import java.io.IOException;

/** Bytes that are pulled: whoever stores them sets the pace. One task. */
public interface Content extends AutoCloseable {
    /**
     * Reads at least one byte, waiting for it.
     *
     * @return bytes read, or -1 at the end
     */
    int read(byte[] target, int offset, int lengthBytes) throws IOException, InterruptedException;

    @Override
    default void close() throws IOException {}
}
