package io.lethe.node.chunk.wire;

import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;

/**
 * Which operation a request needs, and whether a ticket names it.
 *
 * <pre>
 * WRITE_OPEN           WRITE on the segment, at the epoch of the chunk's header
 * READ                 READ on the segment
 * DELETE DOOM ERASE    DELETE on the segment
 * VERIFY               INSPECT, or READ on the segment: a reader reports what it found
 * STATUS LIST UNRESOLVED   INSPECT
 * REFUSE_BELOW         MOVE on the group, at the epoch that is the floor from then on
 * </pre>
 */
final class TicketRules {
    private TicketRules() {}

    /**
     * @return the operation that the ticket was found to allow
     * @throws StoreException TICKET_REFUSED
     */
    static Ticket.Operation require(Request request) {
        Ticket ticket = request.ticket();
        Ticket.Operation needed = needed(request.type(), ticket);
        if (ticket.operation() != needed) {
            throw refused(
                    request.type()
                            + " needs a ticket for "
                            + needed
                            + ", not for "
                            + ticket.operation());
        }
        if (needed == Ticket.Operation.MOVE) {
            requireMove(request);
        } else if (needed != Ticket.Operation.INSPECT) {
            requireSegment(request);
        }
        if (request instanceof Request.WriteOpen open
                && open.header().pgEpoch() != ticket.pgEpoch()) {
            throw refused(
                    "the ticket is for epoch "
                            + ticket.pgEpoch()
                            + " of the group, the chunk says "
                            + open.header().pgEpoch());
        }
        return needed;
    }

    private static void requireSegment(Request request) {
        Ticket ticket = request.ticket();
        ChunkKey chunk = request.chunk();
        if (chunk == null
                || !ticket.pg().equals(chunk.pg())
                || !ticket.segment().equals(chunk.segment())) {
            throw refused("the ticket is for another segment than the chunk's");
        }
    }

    private static void requireMove(Request request) {
        Ticket ticket = request.ticket();
        if (!(request instanceof Request.RefuseBelow floor)
                || !ticket.pg().equals(floor.group())
                || ticket.pgEpoch() != floor.epoch()) {
            throw refused("the ticket is for another group or epoch than the request");
        }
    }

    private static Ticket.Operation needed(FrameType type, Ticket ticket) {
        return switch (type) {
            case WRITE_OPEN -> Ticket.Operation.WRITE;
            case READ -> Ticket.Operation.READ;
            case DELETE, DOOM, ERASE -> Ticket.Operation.DELETE;
            case VERIFY ->
                    ticket.operation() == Ticket.Operation.READ
                            ? Ticket.Operation.READ
                            : Ticket.Operation.INSPECT;
            case STATUS, LIST, UNRESOLVED -> Ticket.Operation.INSPECT;
            case REFUSE_BELOW -> Ticket.Operation.MOVE;
            default -> throw new ProtocolViolation(type + " opens no request");
        };
    }

    private static StoreException refused(String why) {
        return new StoreException(ErrorCode.TICKET_REFUSED, why + ": ask for a new ticket");
    }
}
