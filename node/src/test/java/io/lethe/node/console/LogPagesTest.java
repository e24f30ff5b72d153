package io.lethe.node.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.Ed25519;
import io.lethe.node.crypto.log.Frontier;
import io.lethe.node.crypto.log.Leaf;
import io.lethe.node.crypto.log.TileBytes;
import io.lethe.node.crypto.log.TreeHash;
import io.lethe.node.http.HttpAnswer;
import io.lethe.node.http.HttpQuestion;
import io.lethe.node.metadata.MemoryDirectory;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import io.lethe.node.model.SignerRecord;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A log of 300 leaves, as anybody reads it. */
class LogPagesTest {
    private static final NodeId NODE = new NodeId(new Id128(0, 7));

    private final MemoryDirectory directory = new MemoryDirectory();
    private final LogPages pages = new LogPages(() -> Optional.of(directory.copy()));

    private HttpAnswer ask(String method, String path) {
        return pages.answer(
                new HttpQuestion(
                        method,
                        path,
                        Map.of(),
                        Map.of(),
                        Bytes.EMPTY,
                        InetAddress.getLoopbackAddress()));
    }

    private HttpAnswer get(String path) {
        return ask("GET", "/log/" + path);
    }

    private void order(DirectoryCommand command) {
        assertThat(directory.execute(command, 1, 0).reply())
                .isInstanceOf(DirectoryReply.Done.class);
    }

    private void enrol(int number, SignerRecord.Kind kind) {
        byte[] seed = new byte[32];
        seed[0] = (byte) number;
        seed[1] = (byte) (number >>> 8);
        boolean ofNode = kind == SignerRecord.Kind.NODE;
        order(
                new DirectoryCommand.EnrolSigner(
                        new SignerRecord(
                                kind,
                                Ed25519.signer(Bytes.wrap(seed)).publicKey(),
                                ofNode ? NODE : null,
                                Bytes.EMPTY,
                                -1,
                                -1)));
    }

    private void leaves() {
        directory.bear();
        order(
                new DirectoryCommand.PutNode(
                        new NodeRecord(
                                NODE,
                                1,
                                "node",
                                9003,
                                9002,
                                9001,
                                9000,
                                "rack",
                                Set.of(NodeRecord.Role.STORAGE),
                                "00",
                                NodeRecord.State.UP)));
        enrol(10_000, SignerRecord.Kind.CERTIFICATE);
        for (int i = 0; i < 150; i++) {
            enrol(i, SignerRecord.Kind.NODE);
        }
    }

    @Test
    void whoReadsTheTilesFindsTheRoot() {
        leaves();
        assertThat(directory.copy().log().size()).isEqualTo(300);
        Frontier read = Frontier.EMPTY;
        List<Bytes> first = TileBytes.leaves(get("tile/entries/000").body(), 256);
        List<Bytes> rest = TileBytes.leaves(get("tile/entries/001.p/44").body(), 44);
        for (List<Bytes> bundle : List.of(first, rest)) {
            for (Bytes leaf : bundle) {
                assertThat(Leaf.decode(leaf).encode()).isEqualTo(leaf);
                read = read.append(TreeHash.ofLeaf(leaf), (_, _) -> {});
            }
        }
        assertThat(read.root()).isEqualTo(directory.copy().log().root());
        Bytes hashes = get("tile/0/000").body();
        assertThat(hashes.length()).isEqualTo(256 * 32);
        assertThat(hashes.slice(0, 32)).isEqualTo(TreeHash.ofLeaf(first.getFirst()).bytes());
        assertThat(get("tile/1/000.p/1").body())
                .isEqualTo(directory.copy().logHash(1, 0).orElseThrow().bytes());
        assertThat(get("tile/entries/000").headers()).containsKey("cache-control");
    }

    @Test
    void whatTheLogHasNotIsNotFound() {
        leaves();
        for (String path :
                List.of(
                        "tile/0/002",
                        "tile/0/001.p/45",
                        "tile/0/001",
                        "tile/2/000.p/1",
                        "tile/entries/x999/999",
                        "tile/0/../000",
                        "",
                        "checkpoint",
                        "key")) {
            assertThat(get(path).status()).as(path).isEqualTo(404);
        }
        enrol(20_000, SignerRecord.Kind.LOG);
        assertThat(get("key").body().utf8()).startsWith("lethe/").contains("+");
        assertThat(ask("POST", "/log/key").status()).isEqualTo(405);
    }

    @Test
    void aNodeThatHasNotJoinedSaysSo() {
        HttpAnswer answer =
                new LogPages(Optional::empty)
                        .answer(
                                new HttpQuestion(
                                        "GET",
                                        "/log/checkpoint",
                                        Map.of(),
                                        Map.of(),
                                        Bytes.EMPTY,
                                        InetAddress.getLoopbackAddress()));
        assertThat(answer.status()).isEqualTo(503);
    }
}
