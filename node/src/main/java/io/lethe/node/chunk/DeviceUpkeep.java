package io.lethe.node.chunk;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Promise;
import io.lethe.node.model.StoreException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Housekeeping of one device ({@link DiskChunkStore#maintain}), on the device's own threads. */
public final class DeviceUpkeep implements Worker {
    /** Far longer than a step on a disk that works: compaction moves 256 extents at most. */
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final DiskChunkStore store;
    private final DevicePool pool;
    private final Clock clock;

    public DeviceUpkeep(DiskChunkStore store, DevicePool pool, Clock clock) {
        this.store = store;
        this.pool = pool;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "device-upkeep/" + store.device();
    }

    @Override
    public Step step() throws InterruptedException {
        Promise<Boolean> more = pool.submit(store::maintain);
        try {
            return more.await(clock.nanos() + PATIENCE_NANOS) ? Step.worked() : Step.idle();
        } catch (TimeoutException e) {
            return new Step.Failed("the device takes longer than 5 minutes; check the disk");
        } catch (StoreException e) {
            return new Step.Failed(String.valueOf(e.getMessage()));
        }
    }
}
