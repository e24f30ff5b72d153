package io.lethe.node.object;

import io.lethe.node.base.task.Promise;
import io.lethe.node.chunk.ChunkStore;
import io.lethe.node.chunk.DiskLoad;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.PgId;
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

    /** See {@link ChunkStore#list}: the chunks of one group in key order. */
    Promise<List<ChunkStore.ChunkInfo>> list(
            DeviceId device, PgId pg, @Nullable ChunkKey after, int limit);

    /** See {@link ChunkStore#groups}. */
    Promise<List<PgId>> groups(DeviceId device);

    /** See {@link ChunkStore#damaged}. */
    Promise<List<ChunkKey>> damaged(DeviceId device, int limit);

    /** How busy the foreground keeps a device, and what that leaves for repair. */
    DiskLoad load(DeviceId device);

    /** See {@link ChunkStore#verify}: what it finds is on the list of damaged chunks then. */
    Promise<ChunkStore.Verdict> verify(DeviceId device, ChunkKey key);
}
