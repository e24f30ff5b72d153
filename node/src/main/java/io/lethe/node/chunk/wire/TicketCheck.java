package io.lethe.node.chunk.wire;

import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a ticket is genuine and still good: MAC, expiry, this node's own freshness lease,
 * membership of the device in the group. That it names the operation, group and segment asked for
 * has been compared before. Called on event loops: it must be quick and never block.
 */
@FunctionalInterface
public interface TicketCheck {
    /**
     * @param chunk null for INSPECT requests about a whole device, and for MOVE
     * @throws StoreException TICKET_REFUSED, or STALE_EPOCH
     */
    void check(
            Ticket ticket, Ticket.Operation operation, DeviceId device, @Nullable ChunkKey chunk);
}
