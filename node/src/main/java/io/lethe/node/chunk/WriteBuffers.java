package io.lethe.node.chunk;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Page-aligned buffers in which chunks gather what goes to the disk past the page cache. Made when
 * they are wanted, kept for ever, bounded in number: a chunk that finds none is written through the
 * page cache. Safe for any thread.
 */
public final class WriteBuffers {
    /**
     * 512 KiB: at a quarter of it a direct write costs twice the CPU per byte, at twice of it
     * nearly the same; a disk that turns spends most of its time transferring.
     */
    static final int BUFFER_BYTES = 512 << 10;

    private final ArrayBlockingQueue<ByteBuffer> free;
    private final AtomicInteger left;

    private WriteBuffers(int most) {
        this.free = new ArrayBlockingQueue<>(Math.max(1, most));
        this.left = new AtomicInteger(most);
    }

    /**
     * @param mostBytes of memory outside the heap that the buffers take together
     */
    public static WriteBuffers of(long mostBytes) {
        return new WriteBuffers(Math.toIntExact(mostBytes / BUFFER_BYTES));
    }

    /** An empty buffer, whatever it holds; null when all are in use. */
    @Nullable ByteBuffer take() {
        ByteBuffer buffer = free.poll();
        if (buffer != null) {
            return buffer.clear();
        }
        if (left.getAndUpdate(count -> Math.max(0, count - 1)) == 0) {
            return null;
        }
        int page = ExtentFormat.PAGE_BYTES;
        return ByteBuffer.allocateDirect(BUFFER_BYTES + page)
                .alignedSlice(page)
                .limit(BUFFER_BYTES)
                .slice();
    }

    /** Takes back what {@link #take} gave out. */
    void give(ByteBuffer buffer) {
        boolean _ = free.offer(buffer);
    }
}
