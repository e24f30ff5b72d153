package io.lethe.node.object;

import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;

/** Makes tickets for this gateway's requests. */
public interface TicketMint {
    /**
     * @throws StoreException UNAVAILABLE without a ticket key or without a freshness lease
     */
    Ticket mint(Ticket.Operation operation, PgId pg, int pgEpoch, SegmentId segment);
}
