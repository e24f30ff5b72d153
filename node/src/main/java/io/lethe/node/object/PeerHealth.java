package io.lethe.node.object;

import io.lethe.node.base.Clock;
import io.lethe.node.model.DeviceId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Devices that this gateway found slow or out of reach a moment ago, sooner than the controller
 * knows: a hint for placement and reads, never a decision. Safe for any thread; one entry a device.
 */
final class PeerHealth {
    /** About a ZooKeeper session: by then the controller has seen it too, or it was a blink. */
    private static final long SUSPECT_NANOS = TimeUnit.SECONDS.toNanos(6);

    private final Clock clock;
    private final Map<DeviceId, Long> suspectUntil = new ConcurrentHashMap<>();

    PeerHealth(Clock clock) {
        this.clock = clock;
    }

    void failed(DeviceId device) {
        suspectUntil.put(device, clock.nanos() + SUSPECT_NANOS);
    }

    void answered(DeviceId device) {
        suspectUntil.remove(device);
    }

    boolean suspect(DeviceId device) {
        Long until = suspectUntil.get(device);
        return until != null && until - clock.nanos() > 0;
    }
}
