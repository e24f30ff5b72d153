package io.lethe.node.crypto.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the leaves about keys add up to. */
final class KeySetTest {
    private static final NodeId NODE = new NodeId(new Id128(0, 7));

    private static Bytes key(int number) {
        return Bytes.hex(String.format("%02x", number).repeat(32));
    }

    private static Leaf leaf(long timeMillis, LogEvent event) {
        return new Leaf(timeMillis, ActorRole.CLUSTER, List.of(), List.of(), event);
    }

    private static KeySet of(LogEvent... events) {
        KeySet keys = KeySet.EMPTY;
        long index = 0;
        for (LogEvent event : events) {
            keys = keys.after(index, leaf(1_000 + index, event));
            index++;
        }
        return keys;
    }

    @Test
    void keysAreGoodFromTheirLeafToTheirRevocation() {
        KeySet keys =
                of(
                        new LogEvent.NodeKeyEnrolled(NODE, key(1)),
                        new LogEvent.CertificateKeyEnrolled(key(2)),
                        new LogEvent.HoldLifted(),
                        new LogEvent.NodeKeyRevoked(NODE, key(1), 1_003));
        KeySet.Entry node = keys.find(KeySet.Use.RECEIPTS, key(1)).orElseThrow();
        assertThat(node.enrolledAt()).isZero();
        assertThat(node.isGoodAt(999)).isFalse();
        assertThat(node.isGoodAt(1_000)).isTrue();
        assertThat(node.isGoodAt(1_002)).isTrue();
        assertThat(node.isGoodAt(1_003)).isFalse();
        KeySet.Entry certificates = keys.find(KeySet.Use.CERTIFICATES, key(2)).orElseThrow();
        assertThat(certificates.enrolledAt()).isEqualTo(1);
        assertThat(certificates.isGoodAt(Long.MAX_VALUE - 1)).isTrue();
        assertThat(keys.find(KeySet.Use.CERTIFICATES, key(1))).isEmpty();
    }

    @Test
    void aRevocationIsNeverTakenBack() {
        KeySet keys =
                of(
                        new LogEvent.CertificateKeyEnrolled(key(2)),
                        new LogEvent.CertificateKeyRevoked(key(2), 5_000),
                        new LogEvent.CertificateKeyRevoked(key(2), 2_000),
                        new LogEvent.CertificateKeyRevoked(key(2), 9_000));
        assertThat(keys.entries().get(0).untilMillis()).isEqualTo(2_000);
    }

    @Test
    void keysAreEnrolledOnceAndRevokedOnlyThen() {
        KeySet keys = of(new LogEvent.NodeKeyEnrolled(NODE, key(1)));
        NodeId other = new NodeId(new Id128(0, 8));
        for (LogEvent event :
                List.of(
                        new LogEvent.NodeKeyEnrolled(NODE, key(1)),
                        new LogEvent.NodeKeyEnrolled(other, key(1)),
                        new LogEvent.CertificateKeyEnrolled(key(1)),
                        new LogEvent.NodeKeyRevoked(other, key(1), 5),
                        new LogEvent.NodeKeyRevoked(NODE, key(3), 5),
                        new LogEvent.CertificateKeyRevoked(key(1), 5))) {
            assertThatThrownBy(() -> keys.after(1, leaf(2_000, event)))
                    .as("%s", event)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void everyKeyIsProvenInTheSetAndNoOtherIs() {
        KeySet keys = KeySet.EMPTY;
        for (int count = 1; count <= 40; count++) {
            keys =
                    keys.after(
                            count,
                            leaf(
                                    count,
                                    new LogEvent.NodeKeyEnrolled(
                                            new NodeId(new Id128(count * 7 % 5, count)),
                                            key(count))));
            KeySet.Head head = keys.head();
            assertThat(head.size()).isEqualTo(count);
            assertThat(head.root())
                    .isEqualTo(
                            new PlainTree(
                                            keys.entries().stream()
                                                    .map(KeySet.Entry::encode)
                                                    .sorted()
                                                    .toList())
                                    .root(count));
            for (KeySet.Entry entry : keys.entries()) {
                List<TreeHash> proof = keys.proof(entry);
                long index = keys.indexOf(entry);
                assertThat(includes(head, index, entry, proof)).isTrue();
                KeySet.Entry longer =
                        new KeySet.Entry(
                                entry.use(),
                                entry.node(),
                                entry.publicKey(),
                                entry.enrolledAt(),
                                entry.fromMillis(),
                                entry.untilMillis() - 1);
                assertThat(includes(head, index, longer, proof)).isFalse();
            }
        }
    }

    private static boolean includes(
            KeySet.Head head, long index, KeySet.Entry entry, List<TreeHash> proof) {
        return ProofCheck.includes(
                index, head.size(), TreeHash.ofLeaf(entry.encode()), proof, head.root());
    }

    @Test
    void theSetDoesNotDependOnTheOrderOfNodes() {
        List<LogEvent> events = new ArrayList<>();
        for (int i = 1; i < 20; i++) {
            events.add(new LogEvent.NodeKeyEnrolled(new NodeId(new Id128(0, i)), key(i)));
        }
        KeySet forth = KeySet.EMPTY;
        KeySet back = KeySet.EMPTY;
        for (LogEvent event : events) {
            forth = forth.after(5, leaf(5, event));
        }
        Collections.reverse(events);
        for (LogEvent event : events) {
            back = back.after(5, leaf(5, event));
        }
        assertThat(forth).isEqualTo(back).hasSameHashCodeAs(back);
        assertThat(forth.head()).isEqualTo(back.head());
    }

    @Test
    void entriesHaveTheBytesOfTheTable() {
        KeySet.Entry entry =
                new KeySet.Entry(KeySet.Use.RECEIPTS, new Id128(1, 2), key(3), 4, 5, 6);
        assertThat(entry.encode().hex())
                .isEqualTo(
                        "01"
                                + "0000000000000001"
                                + "0000000000000002"
                                + "03".repeat(32)
                                + "0000000000000004"
                                + "0000000000000005"
                                + "0000000000000006");
    }
}
