package io.lethe.node.crypto.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The published trees and proofs of {@code tree-vectors.txt}, which names their source. */
final class TreeVectorsTest {
    private final List<Bytes> leaves = new ArrayList<>();
    private final List<TreeHash> roots = new ArrayList<>();

    /** The lines of a kind, without the kind. */
    private static List<List<String>> lines(String kind) throws IOException {
        try (InputStream in = TreeVectorsTest.class.getResourceAsStream("tree-vectors.txt")) {
            assertThat(in).as("the vectors").isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> List.of(line.split(" ")))
                    .filter(line -> line.get(0).equals(kind))
                    .map(line -> line.subList(1, line.size()))
                    .toList();
        }
    }

    private static List<TreeHash> hashes(List<String> hex) {
        return hex.stream().map(Bytes::hex).map(TreeHash::new).toList();
    }

    @BeforeEach
    void read() throws IOException {
        for (List<String> line : lines("leaf")) {
            leaves.add(line.size() == 1 ? Bytes.EMPTY : Bytes.hex(line.get(1)));
        }
        for (List<String> line : lines("root")) {
            roots.addAll(hashes(line.subList(1, 2)));
        }
        assertThat(leaves).hasSize(8);
        assertThat(roots).hasSize(9);
    }

    @Test
    void rootsAreThePublishedOnes() {
        Frontier frontier = Frontier.EMPTY;
        for (int size = 0; size <= leaves.size(); size++) {
            assertThat(frontier.size()).isEqualTo(size);
            assertThat(frontier.root()).as("size %s", size).isEqualTo(roots.get(size));
            assertThat(new PlainTree(leaves).root(size)).isEqualTo(roots.get(size));
            if (size < leaves.size()) {
                frontier =
                        frontier.append(TreeHash.ofLeaf(leaves.get(size)), (subtree, hash) -> {});
            }
        }
    }

    @Test
    void inclusionProofsAreThePublishedOnesAndHold() throws IOException {
        HashReader tree = new PlainTree(leaves).reader();
        assertThat(lines("inclusion")).hasSize(5);
        for (List<String> line : lines("inclusion")) {
            int index = Integer.parseInt(line.get(0));
            int size = Integer.parseInt(line.get(1));
            List<TreeHash> proof = hashes(line.subList(2, line.size()));
            TreeHash leaf = TreeHash.ofLeaf(leaves.get(index));
            assertThat(Proofs.inclusion(index, size, tree)).isEqualTo(proof);
            assertThat(ProofCheck.includes(index, size, leaf, proof, roots.get(size))).isTrue();
        }
    }

    @Test
    void consistencyProofsAreThePublishedOnesAndHold() throws IOException {
        HashReader tree = new PlainTree(leaves).reader();
        assertThat(lines("consistency")).hasSize(5);
        for (List<String> line : lines("consistency")) {
            int older = Integer.parseInt(line.get(0));
            int size = Integer.parseInt(line.get(1));
            List<TreeHash> proof = hashes(line.subList(2, line.size()));
            assertThat(Proofs.consistency(older, size, tree)).isEqualTo(proof);
            assertThat(ProofCheck.consistent(older, roots.get(older), size, roots.get(size), proof))
                    .isTrue();
        }
    }
}
