package io.lethe.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.HandClock;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Step;
import io.lethe.node.crypto.NodeKeys;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.crypto.SealedBox;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.SealedTicketKey;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.PgId;
import io.lethe.node.model.SegmentId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.Ticket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A gateway and a storage node that follow one directory, each with a clock of its own. */
class TicketBoothTest {
    private static final DeviceId DEVICE = new DeviceId(new Id128(0, 9));
    private static final PgId PG = new PgId(3);
    private static final SegmentId SEGMENT = new SegmentId(new Id128(1, 1));
    private static final ChunkKey CHUNK = new ChunkKey(PG, SEGMENT, 2);

    private final RandomSource random = RandomSource.seeded(5);
    private final MemoryDirectory directory = new MemoryDirectory();
    private final Side gateway = new Side(1);
    private final Side storage = new Side(2);

    /** One node. */
    private final class Side {
        private final NodeId id;
        private final NodeKeys keys = NodeKeys.random(random);
        private final HandClock clock = new HandClock();
        private boolean lease = true;
        private final TicketBooth booth;

        Side(int number) {
            id = new NodeId(new Id128(0, number));
            booth = new TicketBooth(directory.copy(), this::checkLease, keys, id, clock);
        }

        private void checkLease() {
            if (!lease) {
                throw new StoreException(ErrorCode.UNAVAILABLE, "no lease; try again");
            }
        }

        private SealedTicketKey seal(int keyId, byte[] key) {
            return new SealedTicketKey(
                    id,
                    SealedBox.seal(
                            keys.publicKey(),
                            Purpose.TICKET_KEY,
                            Keyring.ticketKeyName(keyId, id),
                            key,
                            random));
        }

        private Ticket mint(Ticket.Operation operation) {
            return booth.mint(operation, PG, 1, SEGMENT);
        }

        private void check(Ticket ticket, Ticket.Operation operation) {
            booth.check(ticket, operation, DEVICE, CHUNK);
        }
    }

    private void putKey(int keyId, Side... sides) {
        byte[] key = new byte[32];
        random.fill(key);
        putKey(keyId, key, sides);
    }

    private void putKey(int keyId, byte[] key, Side... sides) {
        List<SealedTicketKey> sealed =
                java.util.Arrays.stream(sides).map(side -> side.seal(keyId, key)).toList();
        var _ = directory.execute(new DirectoryCommand.PutTicketKey(keyId, sealed), 1, 0);
    }

    /** Both follow the first key. */
    private void open() {
        directory.bear();
        putKey(1, gateway, storage);
        assertThat(gateway.booth.step()).isInstanceOf(Step.Worked.class);
        assertThat(storage.booth.step()).isInstanceOf(Step.Worked.class);
    }

    private void assertRefused(Ticket ticket, Ticket.Operation operation, String why) {
        assertThatThrownBy(() -> storage.check(ticket, operation))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.TICKET_REFUSED);
                            assertThat(e).hasMessageContaining(why);
                        });
    }

    private void assertTaken(Ticket ticket) {
        assertThatCode(() -> storage.check(ticket, ticket.operation())).doesNotThrowAnyException();
    }

    @Test
    void nothingIsMintedBeforeTheFirstKeyIsThere() {
        directory.bear();
        assertThat(gateway.booth.step()).isEqualTo(new Step.Idle("no ticket key yet"));
        assertThat(gateway.booth.ready()).isFalse();
        assertThatThrownBy(() -> gateway.mint(Ticket.Operation.READ))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        putKey(1, gateway);
        assertThat(gateway.booth.step()).isInstanceOf(Step.Worked.class);
        assertThat(gateway.booth.ready()).isTrue();
        assertThat(gateway.booth.step()).isEqualTo(Step.idle());
    }

    @Test
    void ticketsOfBeforeARestoreAreVoidAlsoWhereAKeyGetsTheirNumber() {
        open();
        Ticket old = gateway.mint(Ticket.Operation.DELETE);
        assertTaken(old);
        var _ =
                directory.execute(
                        new DirectoryCommand.RestoredCluster(
                                gateway.id, 10, new Id128(3, 4), 5_000),
                        0,
                        0);
        assertThat(storage.booth.ready()).as("it has none of the cluster's keys").isFalse();
        assertThat(storage.booth.step()).isInstanceOf(Step.Worked.class);
        assertThatThrownBy(() -> storage.check(old, old.operation()))
                .isInstanceOf(StoreException.class);
        putKey(1, gateway, storage);
        assertThat(storage.booth.step()).isInstanceOf(Step.Worked.class);
        assertRefused(old, old.operation(), "WRONG_MAC");
        assertThat(gateway.booth.ready()).as("it has the old key under this number").isFalse();
        assertThat(gateway.booth.step()).isInstanceOf(Step.Worked.class);
        assertTaken(gateway.mint(Ticket.Operation.DELETE));
    }

    @Test
    void aTicketIsGoodForItsOperationAndSegmentAndSaysWhenItWasDecided() {
        open();
        Ticket read = gateway.mint(Ticket.Operation.READ);
        assertThat(read.directoryIndex()).isEqualTo(directory.copy().index());
        assertTaken(read);
        assertRefused(read, Ticket.Operation.DELETE, "for READ and not for DELETE");
        for (ChunkKey other :
                List.of(
                        new ChunkKey(new PgId(4), SEGMENT, 2),
                        new ChunkKey(PG, new SegmentId(new Id128(1, 2)), 2))) {
            assertThatThrownBy(
                            () -> storage.booth.check(read, Ticket.Operation.READ, DEVICE, other))
                    .hasMessageContaining("another segment");
        }
    }

    @Test
    void whatOneChangesInATicketShows() {
        open();
        Ticket read = gateway.mint(Ticket.Operation.READ);
        Ticket stronger =
                new Ticket(
                        Ticket.Operation.DELETE,
                        read.pg(),
                        read.pgEpoch(),
                        read.segment(),
                        read.expiryMillis(),
                        read.directoryIndex(),
                        read.keyId(),
                        read.mac());
        assertRefused(stronger, Ticket.Operation.DELETE, "WRONG_MAC");
        Ticket longer =
                new Ticket(
                        read.operation(),
                        read.pg(),
                        read.pgEpoch(),
                        read.segment(),
                        read.expiryMillis() + 1,
                        read.directoryIndex(),
                        read.keyId(),
                        read.mac());
        assertRefused(longer, Ticket.Operation.READ, "WRONG_MAC");
    }

    @Test
    void aTicketOfAnotherClustersKeyIsRefused() {
        open();
        Side stranger = new Side(3);
        TicketBooth other =
                new TicketBooth(
                        elsewhere(stranger).copy(),
                        () -> {},
                        stranger.keys,
                        stranger.id,
                        stranger.clock);
        assertThat(other.step()).isInstanceOf(Step.Worked.class);
        Ticket forged = other.mint(Ticket.Operation.READ, PG, 1, SEGMENT);
        assertRefused(forged, Ticket.Operation.READ, "WRONG_MAC");
    }

    private MemoryDirectory elsewhere(Side node) {
        MemoryDirectory other = new MemoryDirectory();
        other.bear();
        SealedTicketKey sealed = node.seal(1, new byte[32]);
        var _ = other.execute(new DirectoryCommand.PutTicketKey(1, List.of(sealed)), 1, 0);
        return other;
    }

    @Test
    void aTicketLivesAMinuteAndASecondForClocksThatDiffer() {
        open();
        Ticket ticket = gateway.mint(Ticket.Operation.READ);
        storage.clock.advance(Duration.ofSeconds(61));
        assertTaken(ticket);
        storage.clock.advance(Duration.ofMillis(1));
        assertRefused(ticket, Ticket.Operation.READ, "EXPIRED");
    }

    @Test
    void aGatewayWhoseClockIsAheadGetsNoLongerLivedTickets() {
        open();
        gateway.clock.setAhead(Duration.ofSeconds(1));
        assertTaken(gateway.mint(Ticket.Operation.READ));
        gateway.clock.setAhead(Duration.ofMillis(1_001));
        assertRefused(gateway.mint(Ticket.Operation.READ), Ticket.Operation.READ, "LIVES_TOO_LONG");
    }

    @Test
    void theNewestKeyMintsAndTheOneBeforeItIsStillTaken() {
        open();
        Ticket first = gateway.mint(Ticket.Operation.READ);
        putKey(2, gateway, storage);
        assertThat(gateway.booth.step()).isInstanceOf(Step.Worked.class);
        Ticket second = gateway.mint(Ticket.Operation.READ);
        assertThat(second.keyId()).isEqualTo(2);
        assertRefused(second, Ticket.Operation.READ, "UNKNOWN_KEY");
        assertThat(storage.booth.step()).isInstanceOf(Step.Worked.class);
        assertTaken(second);
        assertTaken(first);
        putKey(3, gateway, storage);
        assertThat(storage.booth.step()).isInstanceOf(Step.Worked.class);
        assertTaken(second);
        assertRefused(first, Ticket.Operation.READ, "UNKNOWN_KEY");
    }

    @Test
    void withoutALeaseNothingIsMintedOrTaken() {
        open();
        Ticket ticket = gateway.mint(Ticket.Operation.WRITE);
        storage.lease = false;
        assertRefused(ticket, Ticket.Operation.WRITE, "freshness lease has run out");
        gateway.lease = false;
        assertThatThrownBy(() -> gateway.mint(Ticket.Operation.WRITE))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        storage.lease = true;
        assertTaken(ticket);
    }

    @Test
    void aKeyThatIsSealedToAnotherNodeIsNoKeyAndDoesNotEndTheOldOnes() {
        open();
        Ticket ticket = gateway.mint(Ticket.Operation.READ);
        SealedTicketKey wrong =
                new SealedTicketKey(storage.id, gateway.seal(2, new byte[32]).sealedKey());
        var _ = directory.execute(new DirectoryCommand.PutTicketKey(2, List.of(wrong)), 1, 0);
        assertThatThrownBy(storage.booth::step)
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT));
        assertTaken(ticket);
        assertThat(wrong.sealedKey()).isNotEqualTo(Bytes.EMPTY);
    }
}
