package io.lethe.node.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.crypto.Tickets.Reason;
import io.lethe.node.crypto.Tickets.Verdict;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.Ticket;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TicketsTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final SegmentId SEGMENT = new SegmentId(Samples.ID);

    private final Tickets tickets = new Tickets();

    @BeforeEach
    void giveKeys() {
        tickets.replaceKeys(2, Map.of(1, Samples.key(1), 2, Samples.key(2)));
    }

    private Ticket mint(long lifeMillis) {
        return tickets.mint(Ticket.Operation.READ, new PgId(5), 6, SEGMENT, 700, NOW, lifeMillis);
    }

    private static Verdict refused(Reason reason) {
        return new Verdict.Refused(reason);
    }

    @Test
    void theStoredSampleIsValid() {
        Bytes stored =
                Bytes.hex(
                        "0101000000000000000500000006000102030405060708090a0b0c0d0e0f0000"
                                + "01a3185cc53000000000000002bc00000002c43577c4d20fe4848289d0564d41"
                                + "3bf6");
        assertThat(Bytes.wrap(mint(30_000).encode())).isEqualTo(stored);
        assertThat(tickets.verify(Ticket.decode(stored.toArray()), NOW))
                .isEqualTo(new Verdict.Valid());
    }

    @Test
    void everyFlippedBitIsNoticed() {
        Bytes encoded = Bytes.wrap(mint(30_000).encode());
        for (int i = 0; i < encoded.length(); i++) {
            Verdict verdict;
            try {
                Ticket changed = Ticket.decode(Samples.flipped(encoded, i).toArray());
                verdict = tickets.verify(changed, NOW);
            } catch (Decoder.CorruptEncoding notATicket) {
                continue;
            }
            assertThat(verdict).as("byte %d", i).isInstanceOf(Verdict.Refused.class);
        }
    }

    @Test
    void aTicketOfAnotherFieldIsAnotherTicket() {
        Ticket ticket = mint(30_000);
        Ticket write =
                new Ticket(
                        Ticket.Operation.WRITE,
                        ticket.pg(),
                        ticket.pgEpoch(),
                        ticket.segment(),
                        ticket.expiryMillis(),
                        ticket.directoryIndex(),
                        ticket.keyId(),
                        ticket.mac());
        assertThat(tickets.verify(write, NOW)).isEqualTo(refused(Reason.WRONG_MAC));
        Ticket older =
                new Ticket(
                        ticket.operation(),
                        ticket.pg(),
                        ticket.pgEpoch(),
                        ticket.segment(),
                        ticket.expiryMillis(),
                        ticket.directoryIndex(),
                        1,
                        ticket.mac());
        assertThat(tickets.verify(older, NOW)).isEqualTo(refused(Reason.WRONG_MAC));
        Ticket bare =
                new Ticket(
                        ticket.operation(),
                        ticket.pg(),
                        ticket.pgEpoch(),
                        ticket.segment(),
                        ticket.expiryMillis(),
                        ticket.directoryIndex(),
                        ticket.keyId(),
                        Bytes.EMPTY);
        assertThat(tickets.verify(bare, NOW)).isEqualTo(refused(Reason.WRONG_MAC));
    }

    @Test
    void aTicketLivesItsTimeAndASecondOfSkew() {
        Ticket ticket = mint(60_000);
        assertThat(tickets.verify(ticket, NOW + 61_000)).isEqualTo(new Verdict.Valid());
        assertThat(tickets.verify(ticket, NOW + 61_001)).isEqualTo(refused(Reason.EXPIRED));
        assertThat(tickets.verify(ticket, NOW - 1_000)).isEqualTo(new Verdict.Valid());
        assertThat(tickets.verify(ticket, NOW - 1_001)).isEqualTo(refused(Reason.LIVES_TOO_LONG));
        assertThatThrownBy(() -> mint(60_001)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mint(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anOldKeyVerifiesUntilItLeavesTheRing() {
        Ticket ticket = mint(30_000);
        tickets.replaceKeys(3, Map.of(2, Samples.key(2), 3, Samples.key(3)));
        assertThat(tickets.verify(ticket, NOW)).isEqualTo(new Verdict.Valid());
        assertThat(mint(30_000).keyId()).isEqualTo(3);
        tickets.replaceKeys(4, Map.of(3, Samples.key(3), 4, Samples.key(4)));
        assertThat(tickets.verify(ticket, NOW)).isEqualTo(refused(Reason.UNKNOWN_KEY));
    }

    @Test
    void keysMayBeDestroyedOnceHandedOver() {
        KeyBytes key = Samples.key(9);
        tickets.replaceKeys(9, Map.of(9, key));
        key.destroy();
        assertThat(tickets.verify(mint(1_000), NOW)).isEqualTo(new Verdict.Valid());
    }

    @Test
    void withoutKeysNothingIsMinted() {
        Tickets empty = new Tickets();
        assertThat(empty.hasKeys()).isFalse();
        assertThatThrownBy(
                        () ->
                                empty.mint(
                                        Ticket.Operation.READ,
                                        new PgId(1),
                                        1,
                                        SEGMENT,
                                        1,
                                        NOW,
                                        1_000))
                .hasMessageContaining("no ticket key");
        assertThat(empty.verify(mint(1_000), NOW)).isEqualTo(refused(Reason.UNKNOWN_KEY));
    }
}
