package io.lethe.node.chunk.wire;

import io.lethe.node.model.DeviceId;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Where devices are now; asked at every call, so it must be quick and never block. */
@FunctionalInterface
public interface DeviceDirectory {
    /** The data plane address of the node that has the device; resolved, empty when unknown. */
    Optional<InetSocketAddress> addressOf(DeviceId device);
}
