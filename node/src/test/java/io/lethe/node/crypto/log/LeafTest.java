package io.lethe.node.crypto.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Leaves have one form each, for good: {@code leaves-v1.txt} has one of each kind in hex. A stored
 * line is never changed; a new kind adds lines at the end.
 */
final class LeafTest {
    private static final long SEED = 60;

    private static Bytes bytes(RandomSource random, int length) {
        byte[] bytes = new byte[length];
        random.fill(bytes);
        return Bytes.wrap(bytes);
    }

    /** One of each kind, and one of a kind that nobody knows. */
    private static List<LogEvent> events(RandomSource random) {
        NodeId node = new NodeId(Id128.random(random));
        KeySet.Head keys = new KeySet.Head(17, new TreeHash(bytes(random, 32)));
        List<LogEvent> events = new ArrayList<>();
        events.add(new LogEvent.NodeKeyEnrolled(node, bytes(random, 32)));
        events.add(new LogEvent.NodeKeyRevoked(node, bytes(random, 32), 1_800_000_000_123L));
        events.add(new LogEvent.CertificateKeyEnrolled(bytes(random, 32)));
        events.add(new LogEvent.CertificateKeyRevoked(bytes(random, 32), 0));
        events.add(new LogEvent.HoldPlaced(1_900_000_000_000L, 1_850_000_000_000L));
        events.add(new LogEvent.HoldLifted());
        events.add(new LogEvent.TenantTransition(1, 7));
        for (LogEvent.PurgeState state : LogEvent.PurgeState.values()) {
            int out = LogEvent.PurgeState.COMPLETE.ordinal() - state.ordinal();
            events.add(
                    new LogEvent.Purge(
                            state, bytes(random, 32), bytes(random, 32), 300, 150L * out, keys));
        }
        events.add(new LogEvent.OrderTaken(2, 1_800_000_003_600_000L));
        events.add(new LogEvent.DenylistVersion(41, 50_000_000, bytes(random, 32)));
        events.add(new LogEvent.GapSigned(900, 1_000, new TreeHash(bytes(random, 32))));
        events.add(new LogEvent.AuditAnchor(123_456_789, bytes(random, 32)));
        events.add(new LogEvent.CheckpointPolicy(1_000, 3, 2, bytes(random, 32)));
        events.add(new LogEvent.Other(999, bytes(random, 40)));
        return events;
    }

    private static List<Leaf> leaves() {
        List<Leaf> leaves = new ArrayList<>();
        for (LogEvent event : events(RandomSource.seeded(SEED))) {
            int at = leaves.size();
            // Of its own, so that a new kind changes no other leaf.
            RandomSource random = RandomSource.seeded(SEED + 1 + at);
            List<Reference> references = new ArrayList<>();
            for (int i = 0; i < at % 4; i++) {
                references.add(new Reference(1 + (at + i) % 8, Id128.random(random)));
            }
            List<Commitment> commitments = new ArrayList<>();
            for (int i = 0; i < at % 3; i++) {
                commitments.add(Commitment.of(bytes(random, 32), Bytes.utf8("subject " + i)));
            }
            leaves.add(
                    new Leaf(
                            1_795_000_000_000L + at,
                            new ActorRole(at % 8),
                            references,
                            commitments,
                            event));
        }
        return leaves;
    }

    private static List<String> stored() throws IOException {
        try (InputStream in = LeafTest.class.getResourceAsStream("leaves-v1.txt")) {
            assertThat(in).as("the stored leaves").isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static String line(Leaf leaf) {
        return leaf.event().kind()
                + " "
                + leaf.event().getClass().getSimpleName()
                + " "
                + leaf.encode().hex();
    }

    @Test
    void formatOneIsWhatItWas() throws IOException {
        List<Leaf> leaves = leaves();
        assertThat(leaves.stream().map(LeafTest::line)).isEqualTo(stored());
        for (int i = 0; i < leaves.size(); i++) {
            Bytes hex = Bytes.hex(stored().get(i).split(" ", 3)[2]);
            assertThat(Leaf.decode(hex)).isEqualTo(leaves.get(i));
        }
    }

    @Test
    void everyKindIsStoredAndNumbersAreUsedOnce() throws IOException {
        Set<Class<?>> kinds = new HashSet<>();
        Set<Integer> numbers = new HashSet<>();
        for (Leaf leaf : leaves()) {
            kinds.add(leaf.event().getClass());
            assertThat(numbers.add(leaf.event().kind())).as("%s", leaf.event()).isTrue();
        }
        assertThat(kinds).containsExactlyInAnyOrder(LogEvent.class.getPermittedSubclasses());
        assertThat(stored()).hasSameSizeAs(numbers);
    }

    /**
     * A leaf of a later version: its kind, role and reference have numbers that nobody knows here.
     */
    @Test
    void whatALaterVersionLoggedIsCarriedThrough() {
        Leaf later =
                new Leaf(
                        7,
                        new ActorRole(200),
                        List.of(new Reference(99, new Id128(1, 2))),
                        List.of(),
                        new LogEvent.Other(16, Bytes.utf8("what nobody knows here")));
        assertThat(Leaf.decode(later.encode())).isEqualTo(later);
        assertThat(later.actor().toString()).isEqualTo("role 200");
        assertThat(later.references().get(0).toString()).startsWith("record of kind 99");
        assertThatThrownBy(() -> new LogEvent.Other(1, Bytes.EMPTY))
                .hasMessageContaining("event of its own");
    }

    /** Offsets as the format's table says, read by hand. */
    @Test
    void theBytesStandWhereTheTableSays() {
        Leaf leaf =
                new Leaf(
                        0x0102030405060708L,
                        ActorRole.OPERATOR,
                        List.of(new Reference(Reference.TENANT, new Id128(3, 4))),
                        List.of(new Commitment(Bytes.hex("cc".repeat(32)))),
                        new LogEvent.TenantTransition(1, 8));
        assertThat(leaf.encode().hex())
                .isEqualTo(
                        "01"
                                + "0007"
                                + "0102030405060708"
                                + "02"
                                + "01"
                                + "03"
                                + "0000000000000003"
                                + "0000000000000004"
                                + "01"
                                + "cc".repeat(32)
                                + "0002"
                                + "0108");
        assertThat(leaf.hash()).isEqualTo(TreeHash.ofLeaf(leaf.encode()));
    }

    @Test
    void everyLeafHasOneForm() {
        Random random = new Random(SEED);
        int read = 0;
        for (Leaf leaf : leaves()) {
            byte[] good = leaf.encode().toArray();
            for (int round = 0; round < 3_000; round++) {
                Bytes mutated = Bytes.wrap(Mutations.of(good, random));
                try {
                    assertThat(Leaf.decode(mutated).encode())
                            .as("seed %s", SEED)
                            .isEqualTo(mutated);
                    read++;
                } catch (CorruptEncoding documented) {
                    assertThat(documented).hasMessageContaining(" ");
                }
            }
            for (int cut = 0; cut < good.length; cut++) {
                Bytes part = Bytes.copyOf(good).slice(0, cut);
                assertThatThrownBy(() -> Leaf.decode(part)).isInstanceOf(CorruptEncoding.class);
            }
        }
        assertThat(read).isGreaterThan(1_000);
    }

    @Test
    void otherFormatsAreRefused() {
        Bytes good = leaves().get(0).encode();
        assertThatThrownBy(() -> Leaf.decode(Bytes.hex("02").plus(good.slice(1, good.length()))))
                .hasMessageContaining("format 2");
        assertThatThrownBy(() -> Leaf.decode(good.plus(Bytes.hex("00"))))
                .isInstanceOf(CorruptEncoding.class);
    }

    @Test
    void commitmentsAreDigestsOfSaltAndSubject() {
        // printf '%064d' 0 | xxd -r -p | cat - <(printf subject) | sha256sum
        assertThat(Commitment.of(Bytes.hex("00".repeat(32)), Bytes.utf8("subject")).toString())
                .isEqualTo(COMMITMENT);
        assertThatThrownBy(() -> Commitment.of(Bytes.hex("00"), Bytes.EMPTY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static final String COMMITMENT =
            "c8c5048ef0a95961634fd6f933f83da8448928af6fe15534e836e83bccf88a71";

    /** Prints the lines, for a new kind. */
    public static void main(String[] arguments) {
        leaves().forEach(leaf -> System.out.println(line(leaf)));
    }
}
