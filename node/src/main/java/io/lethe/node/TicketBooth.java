package io.lethe.node;

import io.lethe.node.base.Clock;
import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.chunk.wire.TicketCheck;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.NodeKeys;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.crypto.Tickets;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import io.lethe.node.object.Lease;
import io.lethe.node.object.TicketMint;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Mints this gateway's tickets and checks those that come to this storage node; its worker follows
 * the ticket keys in the directory. Both need a live freshness lease. Safe for any thread.
 */
final class TicketBooth implements TicketMint, TicketCheck, Worker {
    private final Tickets tickets = new Tickets();
    private final Directory directory;
    private final Lease lease;
    private final NodeKeys keys;
    private final NodeId self;
    private final Clock clock;

    /** As they were sealed: a cluster that was restored may use a number again. */
    private volatile Map<Integer, SealedTicketKey> loaded = Map.of();

    TicketBooth(Directory directory, Lease lease, NodeKeys keys, NodeId self, Clock clock) {
        this.directory = directory;
        this.lease = lease;
        this.keys = keys;
        this.self = self;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "ticket-keys";
    }

    @Override
    public Step step() {
        Map<Integer, SealedTicketKey> sealed = directory.ticketKeys(self);
        if (sealed.equals(loaded)) {
            return sealed.isEmpty() ? new Step.Idle("no ticket key yet") : Step.idle();
        }
        if (sealed.isEmpty()) {
            // Those that it had are void.
            tickets.dropKeys();
            loaded = sealed;
            return Step.worked();
        }
        Map<Integer, KeyBytes> opened = new HashMap<>();
        sealed.forEach(
                (id, key) ->
                        opened.put(
                                id,
                                KeyBytes.copyOf(
                                        keys.open(
                                                Purpose.TICKET_KEY,
                                                Keyring.ticketKeyName(id, self),
                                                key.sealedKey()))));
        tickets.replaceKeys(new TreeSet<>(opened.keySet()).last(), opened);
        opened.values().forEach(KeyBytes::destroy);
        loaded = sealed;
        return Step.worked();
    }

    boolean ready() {
        return tickets.hasKeys() && directory.ticketKeys(self).equals(loaded);
    }

    @Override
    public Ticket mint(Ticket.Operation operation, PgId pg, int pgEpoch, SegmentId segment) {
        lease.check();
        if (!tickets.hasKeys()) {
            throw new StoreException(
                    ErrorCode.UNAVAILABLE, "this node has no ticket key yet; try again");
        }
        return tickets.mint(
                operation,
                pg,
                pgEpoch,
                segment,
                directory.index(),
                clock.wallMillis(),
                Ticket.MOST_LIFE_MILLIS);
    }

    @Override
    public void check(
            Ticket ticket, Ticket.Operation operation, DeviceId device, @Nullable ChunkKey chunk) {
        try {
            lease.check();
        } catch (StoreException e) {
            throw refused("this storage node's freshness lease has run out");
        }
        if (ticket.operation() != operation) {
            throw refused("it is for " + ticket.operation() + " and not for " + operation);
        }
        if (chunk != null
                && (!ticket.pg().equals(chunk.pg()) || !ticket.segment().equals(chunk.segment()))) {
            throw refused("it is for another segment");
        }
        if (tickets.verify(ticket, clock.wallMillis())
                instanceof Tickets.Verdict.Refused(Tickets.Reason reason)) {
            throw refused(String.valueOf(reason));
        }
    }

    private static StoreException refused(String why) {
        return new StoreException(ErrorCode.TICKET_REFUSED, "the ticket is refused: " + why);
    }
}
