package io.lethe.node.chunk;

import io.lethe.node.base.task.Promise;
import io.lethe.node.model.DeviceId;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A device as work in the background uses it. Safe for any thread. */
public interface DeviceCalls {
    DeviceId device();

    /** Runs a call on the device's own threads; it fails as {@link DevicePool#submit} says. */
    <T> Promise<T> call(Function<ChunkStore, T> work);

    /** See {@link ChunkStore#status}; waits for no thread of a device that may be stuck. */
    ChunkStore.State state();

    /** See {@link ChunkStore#setSlow}; waits for no thread of the device. */
    void setSlow(@Nullable String why);

    /** How busy the foreground keeps the device. */
    DiskLoad load();
}
