package io.lethe.node.chunk.wire;

import io.lethe.node.chunk.ChunkStore;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * A device of this node and the threads that may block on it.
 *
 * @param pool bounded platform threads and queue; throws {@link
 *     java.util.concurrent.RejectedExecutionException} when full. Never interrupts its threads
 *     while they work: that would close the files that they use.
 * @param background the same for work in the background, which may be refused sooner
 * @param closed whether the pool takes nothing any more, since the device was let go of
 */
public record ServedDevice(
        ChunkStore store, Executor pool, Background background, BooleanSupplier closed) {
    /** Where work in the background is run. */
    public interface Background {
        /**
         * Runs it on a thread that may block.
         *
         * @param bytes that it moves to or from the disk
         * @param dropped run instead when the device is let go of before the work's turn comes
         * @throws java.util.concurrent.RejectedExecutionException when there is too much to do
         */
        void execute(long bytes, Runnable work, Runnable dropped);
    }

    /** One that makes no difference, and stays. */
    public ServedDevice(ChunkStore store, Executor pool) {
        this(store, pool, (_, work, _) -> pool.execute(work), () -> false);
    }
}
