package io.lethe.node.chunk.wire;

import io.lethe.node.chunk.ChunkStore;
import java.util.concurrent.Executor;

/**
 * A device of this node and the threads that may block on it.
 *
 * @param pool bounded platform threads and queue; throws {@link
 *     java.util.concurrent.RejectedExecutionException} when full. Never interrupts its threads
 *     while they work: that would close the files that they use.
 * @param background the same for work in the background, which may be refused sooner
 */
public record ServedDevice(ChunkStore store, Executor pool, Background background) {
    /** Where work in the background is run. */
    public interface Background {
        /**
         * Runs it on a thread that may block.
         *
         * @param bytes that it moves to or from the disk
         * @throws java.util.concurrent.RejectedExecutionException when there is too much to do
         */
        void execute(long bytes, Runnable work);
    }

    /** One that makes no difference. */
    public ServedDevice(ChunkStore store, Executor pool) {
        this(store, pool, (_, work) -> pool.execute(work));
    }
}
