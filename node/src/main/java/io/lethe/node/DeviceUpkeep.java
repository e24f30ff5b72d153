package io.lethe.node;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.DeviceId;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A device's own upkeep: checkpoints, empty files, compaction where holes can't be punched. One
 * task.
 */
final class DeviceUpkeep implements Worker {
    private static final long WITHIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final StorageDevices devices;
    private final DeviceId device;
    private final Tasks tasks;

    DeviceUpkeep(StorageDevices devices, DeviceId device, Tasks tasks) {
        this.devices = devices;
        this.device = device;
        this.tasks = tasks;
    }

    @Override
    public String name() {
        return "device/" + device;
    }

    @Override
    public Step step() throws InterruptedException {
        try {
            boolean worked = devices.maintain(device).await(tasks.clock().nanos() + WITHIN_NANOS);
            return worked ? Step.worked() : Step.idle();
        } catch (TimeoutException e) {
            return new Step.Failed("the device did not finish within a minute");
        }
    }
}
