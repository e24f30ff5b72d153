package io.lethe.node.crypto.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.lethe.node.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every proof of every small tree holds, and nothing near it does. */
final class ProofsTest {
    private static final int MOST = 300;

    /** Up to here each bit is turned; above it one of each hash, by seed. */
    private static final int MOST_EXHAUSTIVE = 24;

    private static final long SEED = 20;

    private final PlainTree tree = PlainTree.ofNumbers(MOST + 1);
    private final Random random = new Random(SEED);

    private static TreeHash turned(TreeHash hash, int bit) {
        byte[] bytes = hash.bytes().toArray();
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        return new TreeHash(Bytes.wrap(bytes));
    }

    private static List<TreeHash> with(List<TreeHash> proof, int at, TreeHash other) {
        List<TreeHash> changed = new ArrayList<>(proof);
        changed.set(at, other);
        return changed;
    }

    private int[] bits(long size) {
        if (size > MOST_EXHAUSTIVE) {
            return new int[] {random.nextInt(TreeHash.BYTES * 8)};
        }
        int[] all = new int[TreeHash.BYTES * 8];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        return all;
    }

    /** Plain, since it is asked some million times. */
    private static void refused(boolean accepted, String what) {
        if (accepted) {
            throw new AssertionError("taken: " + what);
        }
    }

    @Test
    void everyLeafIsProvenAndNothingElseIs() {
        for (int size = 1; size <= MOST; size++) {
            TreeHash root = tree.root(size);
            for (int index = 0; index < size; index++) {
                String at = "seed " + SEED + ", leaf " + index + " of " + size;
                TreeHash leaf = tree.leafHash(index);
                List<TreeHash> proof = Proofs.inclusion(index, size, tree.reader());
                assertThat(ProofCheck.includes(index, size, leaf, proof, root)).as(at).isTrue();
                for (int bit : bits(size)) {
                    for (int i = 0; i < proof.size(); i++) {
                        List<TreeHash> other = with(proof, i, turned(proof.get(i), bit));
                        refused(ProofCheck.includes(index, size, leaf, other, root), at);
                    }
                    TreeHash otherLeaf = turned(leaf, bit);
                    refused(ProofCheck.includes(index, size, otherLeaf, proof, root), at);
                    TreeHash otherRoot = turned(root, bit);
                    refused(ProofCheck.includes(index, size, leaf, proof, otherRoot), at);
                }
                refusesOtherLengths(index, size, leaf, proof, root);
                for (int other : new int[] {index - 1, index + 1, index ^ 2, size - 1 - index}) {
                    if (other != index) {
                        refused(ProofCheck.includes(other, size, leaf, proof, root), at);
                    }
                }
            }
        }
    }

    private static void refusesOtherLengths(
            long index, long size, TreeHash leaf, List<TreeHash> proof, TreeHash root) {
        List<TreeHash> longer = new ArrayList<>(proof);
        longer.add(root);
        assertThat(ProofCheck.includes(index, size, leaf, longer, root)).isFalse();
        longer.add(0, longer.remove(longer.size() - 1));
        assertThat(ProofCheck.includes(index, size, leaf, longer, root)).isFalse();
        if (!proof.isEmpty()) {
            List<TreeHash> shorter = proof.subList(0, proof.size() - 1);
            assertThat(ProofCheck.includes(index, size, leaf, shorter, root)).isFalse();
            shorter = proof.subList(1, proof.size());
            assertThat(ProofCheck.includes(index, size, leaf, shorter, root)).isFalse();
        }
    }

    @Test
    void everyOlderTreeIsProvenAndNothingElseIs() {
        for (int size = 0; size <= MOST; size++) {
            TreeHash root = tree.root(size);
            for (int older = 0; older <= size; older++) {
                String at = "seed " + SEED + ", " + older + " to " + size;
                TreeHash was = tree.root(older);
                List<TreeHash> proof = Proofs.consistency(older, size, tree.reader());
                assertThat(ProofCheck.consistent(older, was, size, root, proof)).as(at).isTrue();
                for (int bit : bits(size)) {
                    for (int i = 0; i < proof.size(); i++) {
                        List<TreeHash> other = with(proof, i, turned(proof.get(i), bit));
                        refused(ProofCheck.consistent(older, was, size, root, other), at);
                    }
                    TreeHash otherWas = turned(was, bit);
                    refused(ProofCheck.consistent(older, otherWas, size, root, proof), at);
                    // Every tree continues the empty one, so its root is not looked at.
                    boolean any = older == 0 && size > 0;
                    TreeHash otherRoot = turned(root, bit);
                    refused(any != ProofCheck.consistent(older, was, size, otherRoot, proof), at);
                }
                List<TreeHash> longer = new ArrayList<>(proof);
                longer.add(root);
                refused(ProofCheck.consistent(older, was, size, root, longer), at);
                if (!proof.isEmpty()) {
                    List<TreeHash> shorter = proof.subList(0, proof.size() - 1);
                    refused(ProofCheck.consistent(older, was, size, root, shorter), at);
                }
            }
        }
    }

    @Test
    void anotherHistoryIsNoContinuation() {
        List<Bytes> leaves = new ArrayList<>();
        for (int i = 0; i <= MOST; i++) {
            leaves.add(tree.leaf(i));
        }
        for (int round = 0; round < 200; round++) {
            int size = 2 + random.nextInt(MOST - 1);
            int older = 1 + random.nextInt(size - 1);
            int altered = random.nextInt(older);
            List<Bytes> others = new ArrayList<>(leaves);
            others.set(altered, Bytes.utf8("another"));
            PlainTree forged = new PlainTree(others);
            List<TreeHash> proof = Proofs.consistency(older, size, forged.reader());
            assertThat(
                            ProofCheck.consistent(
                                    older, tree.root(older), size, forged.root(size), proof))
                    .as("seed %s: leaf %s of %s, %s", SEED, altered, older, size)
                    .isFalse();
        }
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        TreeHash root = tree.root(1);
        assertThat(ProofCheck.includes(0, 0, root, List.of(), TreeHash.EMPTY)).isFalse();
        assertThat(ProofCheck.includes(-1, 1, root, List.of(), root)).isFalse();
        assertThat(ProofCheck.includes(1, 1, root, List.of(), root)).isFalse();
        assertThat(ProofCheck.includes(0, Long.MAX_VALUE, root, List.of(), root)).isFalse();
        assertThat(ProofCheck.consistent(2, root, 1, root, List.of())).isFalse();
        assertThat(ProofCheck.consistent(-1, root, 1, root, List.of())).isFalse();
        assertThat(ProofCheck.consistent(0, root, 1, root, List.of())).isFalse();
        assertThat(ProofCheck.consistent(0, TreeHash.EMPTY, 1, root, List.of())).isTrue();
    }

    @Test
    void rootsOfOldSizesAreReadFromTheSameHashes() {
        for (int size = 0; size <= MOST; size++) {
            assertThat(Proofs.root(size, tree.reader())).isEqualTo(tree.root(size));
        }
    }
}
