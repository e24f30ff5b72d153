package io.lethe.node.chunk.wire;

import io.lethe.node.model.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Told of every request that ended; runs on an event loop, so it must be quick. */
@FunctionalInterface
public interface WireObserver {
    /** Watches nothing. */
    WireObserver NONE = (type, failure, nanos) -> {};

    /**
     * @param type the frame that opened the request
     * @param failure null for success
     * @param nanos from arrival (server) or call (client) to the end
     */
    void completed(FrameType type, @Nullable ErrorCode failure, long nanos);
}
