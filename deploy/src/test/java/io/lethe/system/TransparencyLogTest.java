package io.lethe.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.log.Checkpoint;
import io.lethe.node.crypto.log.Frontier;
import io.lethe.node.crypto.log.Leaf;
import io.lethe.node.crypto.log.LogEvent;
import io.lethe.node.crypto.log.MalformedNoteException;
import io.lethe.node.crypto.log.SignedNote;
import io.lethe.node.crypto.log.Tile;
import io.lethe.node.crypto.log.TileBytes;
import io.lethe.node.crypto.log.TreeHash;
import io.lethe.node.crypto.log.VerifierKey;
import io.lethe.system.SharedCluster.Kind;
import io.lethe.system.SharedCluster.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The transparency log as anybody reads it, from any of six processes. */
@Shared(Kind.PROCESSES)
class TransparencyLogTest {
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private static byte[] get(Cluster cluster, int node, String path) {
        URI uri = URI.create(cluster.console(node) + "/log/" + path);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> answer =
                    http.send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            return answer.statusCode() == 200 ? answer.body() : new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String text(Cluster cluster, int node, String path) {
        return Bytes.wrap(get(cluster, node, path)).utf8();
    }

    private static List<Leaf> leaves(Cluster cluster, int node, long size) {
        List<Leaf> leaves = new ArrayList<>();
        for (long at = 0; at < size; at += Tile.WIDTH) {
            int width = (int) Math.min(Tile.WIDTH, size - at);
            String path = new Tile.Entries(at / Tile.WIDTH, width).path();
            TileBytes.leaves(Bytes.wrap(get(cluster, node, path)), width)
                    .forEach(leaf -> leaves.add(Leaf.decode(leaf)));
        }
        return leaves;
    }

    private static Checkpoint verified(Cluster cluster, int node) throws MalformedNoteException {
        VerifierKey key = VerifierKey.parse(text(cluster, node, "key").strip());
        SignedNote note = SignedNote.parse(Bytes.wrap(get(cluster, node, "checkpoint")));
        assertThat(note.verify(List.of(key))).isInstanceOf(SignedNote.Verdict.Signed.class);
        return Checkpoint.parse(note.text());
    }

    private static long enrolled(Cluster cluster) {
        try {
            return leaves(cluster, 0, verified(cluster, 0).size()).stream()
                    .filter(leaf -> leaf.event() instanceof LogEvent.NodeKeyEnrolled)
                    .count();
        } catch (MalformedNoteException e) {
            // There is no checkpoint yet.
            return 0;
        }
    }

    @Test
    void everyNodeServesTheSameLogWithAllKeysUnderASignedCheckpoint(Cluster cluster)
            throws MalformedNoteException {
        Eventually.within(
                WITHIN,
                () -> enrolled(cluster) + " nodes' keys are in the log",
                () -> enrolled(cluster) >= Cluster.NODES);
        Checkpoint first = verified(cluster, 0);
        Frontier tree = Frontier.EMPTY;
        for (Leaf leaf : leaves(cluster, 0, first.size())) {
            tree = tree.append(leaf.hash(), (_, _) -> {});
        }
        assertThat(tree.root()).isEqualTo(first.root());
        assertThat(leaves(cluster, 0, first.size()))
                .extracting(Leaf::event)
                .filteredOn(LogEvent.CertificateKeyEnrolled.class::isInstance)
                .hasSize(1);
        for (int node = 1; node < Cluster.NODES; node++) {
            Checkpoint other = verified(cluster, node);
            assertThat(other.origin()).isEqualTo(first.origin());
            assertThat(other.size()).isGreaterThanOrEqualTo(first.size());
            assertThat(leaves(cluster, node, first.size()))
                    .isEqualTo(leaves(cluster, 0, first.size()));
        }
        TreeHash root = first.root();
        cluster.kill(3);
        cluster.startNode(3);
        Eventually.within(
                WITHIN,
                () -> "node 3 does not serve the log",
                () -> get(cluster, 3, "checkpoint").length > 0);
        Checkpoint again = verified(cluster, 3);
        if (again.size() == first.size()) {
            assertThat(again.root()).isEqualTo(root);
        }
    }
}
