package io.lethe.node.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.metrics.Metrics;
import io.lethe.node.base.task.VirtualTasks;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceUpkeepTest {
    @TempDir Path temp;

    @Test
    void upkeepRunsOnTheDevicesThreadsAndItsFiguresAreShown() throws Exception {
        VirtualTasks tasks = new VirtualTasks(Clock.system(), (_, _) -> {});
        DevicePool pool = new DevicePool("device-a", 2, 8, tasks);
        try (DiskChunkStore store = DiskFixture.open(temp.resolve("device"), new ManualClock())) {
            Metrics metrics = new Metrics();
            DeviceMetrics.register(metrics, store, pool);
            Chunks.put(store, Chunks.key(1, 1), Chunks.bytes(1, 5_000));
            DeviceUpkeep upkeep = new DeviceUpkeep(store, pool, Clock.system());
            long before = store.figure(DiskFigure.CHECKPOINTS);
            assertThat(upkeep.step()).isInstanceOf(Step.Idle.class);
            assertThat(store.figure(DiskFigure.CHECKPOINTS)).isEqualTo(before + 1);
            String device = "{device=\"" + store.device() + "\"";
            assertThat(metrics.openMetrics())
                    .contains("lethe_device_chunks_written_total" + device)
                    .contains("lethe_device_chunks" + device);
            pool.close();
            assertThat(upkeep.step()).isInstanceOf(Step.Failed.class);
        }
    }
}
