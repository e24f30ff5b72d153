package io.lethe.node.object;

import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** This node's own devices, each behind its pool. */
public interface LocalDevices {
    List<DeviceId> ids();

    /** See {@link ChunkStore#unresolved}. */
    Promise<List<ChunkStore.ChunkInfo>> unresolved(
            DeviceId device, ChunkStore.@Nullable ChunkInfo after, long beforeMillis, int limit);

    Promise<Boolean> resolve(DeviceId device, List<ChunkKey> keys);

    Promise<Boolean> delete(DeviceId device, ChunkKey key);
}
