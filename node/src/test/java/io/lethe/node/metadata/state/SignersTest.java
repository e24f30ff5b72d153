package io.lethe.node.metadata.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.Ed25519;
import io.lethe.node.crypto.MessageSigner;
import io.lethe.node.crypto.log.Checkpoint;
import io.lethe.node.crypto.log.Frontier;
import io.lethe.node.crypto.log.Leaf;
import io.lethe.node.crypto.log.LogEvent;
import io.lethe.node.crypto.log.NoteSigner;
import io.lethe.node.crypto.log.SignatureType;
import io.lethe.node.crypto.log.TreeHash;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryCommand.EnrolSigner;
import io.lethe.node.metadata.command.DirectoryCommand.PublishCheckpoint;
import io.lethe.node.metadata.command.DirectoryCommand.RevokeSigner;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.SignerRecord;
import io.lethe.node.model.SignerRecord.Kind;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The transparency log in a directory with two nodes. */
class SignersTest {
    private static final String ORIGIN = "lethe/test";

    private final MemoryDirectory directory = new MemoryDirectory();
    private final MessageSigner logKey = key(1);

    @BeforeEach
    void nodes() {
        directory.bear();
        for (int i = 1; i <= 2; i++) {
            done(
                    new DirectoryCommand.PutNode(
                            new NodeRecord(
                                    node(i),
                                    1,
                                    "node" + i,
                                    9003,
                                    9002,
                                    9001,
                                    9000,
                                    "rack",
                                    Set.of(NodeRecord.Role.STORAGE),
                                    "00",
                                    NodeRecord.State.DOWN)));
        }
        done(new EnrolSigner(signer(Kind.LOG, logKey, null)));
    }

    private static NodeId node(int number) {
        return new NodeId(new Id128(0, number));
    }

    private static MessageSigner key(int number) {
        byte[] seed = new byte[32];
        seed[0] = (byte) number;
        return Ed25519.signer(Bytes.wrap(seed));
    }

    private static SignerRecord signer(Kind kind, MessageSigner key, @Nullable NodeId node) {
        return new SignerRecord(kind, key.publicKey(), node, Bytes.EMPTY, -1, -1);
    }

    private DirectoryReply execute(DirectoryCommand command) {
        return directory.execute(command, 1, 0).reply();
    }

    private void done(DirectoryCommand command) {
        assertThat(execute(command)).isInstanceOf(DirectoryReply.Done.class);
    }

    private void refused(DirectoryCommand command, ErrorCode code) {
        assertThat(execute(command))
                .isInstanceOfSatisfying(
                        DirectoryReply.Refused.class, it -> assertThat(it.code()).isEqualTo(code));
    }

    private Directory copy() {
        return directory.copy();
    }

    private List<LogEvent> events() {
        return copy().logLeaves(0, 100).stream().map(Leaf::decode).map(Leaf::event).toList();
    }

    /** What the tree must be, from the leaves alone. */
    private Frontier fromLeaves() {
        Frontier tree = Frontier.EMPTY;
        for (Bytes leaf : copy().logLeaves(0, 10_000)) {
            tree = tree.append(TreeHash.ofLeaf(leaf), (_, _) -> {});
        }
        return tree;
    }

    @Test
    void theLogHasEachKeyFromItsFirstToItsLastDay() {
        MessageSigner first = key(2);
        MessageSigner second = key(3);
        done(new EnrolSigner(signer(Kind.NODE, first, node(1))));
        done(new EnrolSigner(signer(Kind.NODE, first, node(1))));
        done(new EnrolSigner(signer(Kind.CERTIFICATE, key(4), null)));
        assertThat(events())
                .containsExactly(
                        new LogEvent.NodeKeyEnrolled(node(1), first.publicKey()),
                        new LogEvent.CertificateKeyEnrolled(key(4).publicKey()));
        done(new EnrolSigner(signer(Kind.NODE, second, node(1))));
        assertThat(events().subList(2, 4))
                .extracting(Object::getClass)
                .containsExactly(LogEvent.NodeKeyRevoked.class, LogEvent.NodeKeyEnrolled.class);
        refused(new EnrolSigner(signer(Kind.NODE, first, node(1))), ErrorCode.INVALID_ARGUMENT);
        done(new RevokeSigner(key(4).publicKey(), 7));
        done(new RevokeSigner(key(4).publicKey(), 9));
        assertThat(events()).hasSize(5);
        assertThat(events().getLast())
                .isEqualTo(new LogEvent.CertificateKeyRevoked(key(4).publicKey(), 7));
        assertThat(copy().log()).isEqualTo(fromLeaves());
        assertThat(copy().signers())
                .filteredOn(one -> one.publicKey().equals(first.publicKey()))
                .singleElement()
                .satisfies(
                        one -> {
                            assertThat(one.enrolledLeaf()).isZero();
                            assertThat(one.revokedLeaf()).isEqualTo(2);
                        });
    }

    @Test
    void thereIsOneLogKeyAndNobodyRevokesIt() {
        refused(new EnrolSigner(signer(Kind.LOG, key(5), null)), ErrorCode.STALE_EPOCH);
        refused(new RevokeSigner(logKey.publicKey(), 0), ErrorCode.INVALID_ARGUMENT);
        refused(new RevokeSigner(key(5).publicKey(), 0), ErrorCode.INVALID_ARGUMENT);
        done(new EnrolSigner(signer(Kind.CERTIFICATE, key(4), null)));
        refused(new EnrolSigner(signer(Kind.CERTIFICATE, key(5), null)), ErrorCode.STALE_EPOCH);
        done(new RevokeSigner(key(4).publicKey(), 0));
        done(new EnrolSigner(signer(Kind.CERTIFICATE, key(5), null)));
        assertThat(events()).hasSize(3);
    }

    @Test
    void aKeyIsItsNodesAndGoesWithIt() {
        refused(new EnrolSigner(signer(Kind.NODE, key(2), null)), ErrorCode.INVALID_ARGUMENT);
        refused(new EnrolSigner(signer(Kind.LOG, key(2), node(1))), ErrorCode.INVALID_ARGUMENT);
        refused(new EnrolSigner(signer(Kind.NODE, key(2), node(9))), ErrorCode.INVALID_ARGUMENT);
        done(new EnrolSigner(signer(Kind.NODE, key(2), node(1))));
        done(new EnrolSigner(signer(Kind.NODE, key(3), node(2))));
        done(new DirectoryCommand.RemoveNode(node(1), true));
        assertThat(events()).hasSize(3);
        assertThat(events().getLast())
                .isInstanceOfSatisfying(
                        LogEvent.NodeKeyRevoked.class,
                        it -> assertThat(it.node()).isEqualTo(node(1)));
        refused(new EnrolSigner(signer(Kind.NODE, key(6), node(1))), ErrorCode.INVALID_ARGUMENT);
    }

    private Bytes note(Frontier tree) {
        return new Checkpoint(ORIGIN, tree.size(), tree.root(), List.of())
                .sign(new NoteSigner(ORIGIN, SignatureType.ED25519, logKey))
                .bytes();
    }

    @Test
    void aCheckpointIsOfAllLeavesAndOfThisTree() {
        done(new PublishCheckpoint(0, note(copy().log())));
        done(new EnrolSigner(signer(Kind.NODE, key(2), node(1))));
        Frontier one = copy().log();
        done(new EnrolSigner(signer(Kind.NODE, key(3), node(2))));
        Frontier two = copy().log();
        refused(new PublishCheckpoint(1, note(one)), ErrorCode.STALE_EPOCH);
        refused(new PublishCheckpoint(2, note(one)), ErrorCode.INVALID_ARGUMENT);
        Frontier other = one.append(TreeHash.ofLeaf(Bytes.utf8("other")), (_, _) -> {});
        refused(new PublishCheckpoint(2, note(other)), ErrorCode.INVALID_ARGUMENT);
        refused(new PublishCheckpoint(2, Bytes.utf8("nonsense")), ErrorCode.INVALID_ARGUMENT);
        done(new PublishCheckpoint(2, note(two)));
        assertThat(copy().logCheckpoint()).contains(note(two));
    }

    @Test
    void hashesOfWholeTilesAreKept() {
        for (int i = 0; i < 600; i++) {
            MessageSigner key = Ed25519.signer(Bytes.wrap(seed(i)));
            done(new EnrolSigner(signer(Kind.NODE, key, node(1))));
        }
        Directory now = copy();
        assertThat(now.log()).isEqualTo(fromLeaves());
        assertThat(now.log().size()).isEqualTo(1_199);
        for (int tile = 0; tile < 4; tile++) {
            Frontier whole = Frontier.EMPTY;
            for (Bytes leaf : now.logLeaves(256L * tile, 256)) {
                whole = whole.append(TreeHash.ofLeaf(leaf), (_, _) -> {});
            }
            assertThat(now.logHash(1, tile)).contains(whole.root());
        }
        assertThat(now.logHash(1, 4)).isEmpty();
        assertThat(now.logHash(0, 1_198))
                .contains(TreeHash.ofLeaf(now.logLeaves(1_198, 1).getFirst()));
        assertThat(now.logHash(0, 1_199)).isEmpty();
    }

    private static byte[] seed(int number) {
        byte[] seed = new byte[32];
        seed[0] = (byte) number;
        seed[1] = (byte) (number >>> 8);
        seed[2] = 1;
        return seed;
    }
}
