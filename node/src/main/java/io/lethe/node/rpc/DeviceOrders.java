package io.lethe.node.rpc;

import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.StoreException;
import io.lethe.proto.internal.v1.AddDeviceOrder;
import io.lethe.proto.v1.AddDeviceRequest;
import io.lethe.proto.v1.AddDeviceResponse;

/**
 * What operators order about devices that a node has to do itself. Safe for any task; blocks.
 *
 * @param nodes the way to the nodes
 */
record DeviceOrders(ClusterView view, NodeReports nodes) {
    AddDeviceResponse add(AddDeviceRequest request) {
        NodeId node = ClusterDoor.nodeId(request.getNode());
        if (view.directory().node(node).filter(one -> !one.removed()).isEmpty()) {
            throw new StoreException(
                    ErrorCode.INVALID_ARGUMENT, "node " + node + " is unknown; see 'lethe nodes'");
        }
        DeviceId added =
                nodes.addDevice(
                        node,
                        AddDeviceOrder.newBuilder()
                                .setPath(request.getPath())
                                .setCapacityBytes(request.getCapacityBytes())
                                .setSharedDisk(request.getSharedDisk())
                                .build());
        return AddDeviceResponse.newBuilder().setDevice(added.toString()).build();
    }
}
