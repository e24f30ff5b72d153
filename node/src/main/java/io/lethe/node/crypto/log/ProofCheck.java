package io.lethe.node.crypto.log;

import java.util.List;
import java.util.Optional;

/**
 * Checks proofs that come from anybody, as RFC 9162 says (sections 2.1.3.2 and 2.1.4.2): each takes
 * exactly as many hashes as the sizes ask for. Static and pure.
 */
public final class ProofCheck {
    private ProofCheck() {}

    /** Whether the leaf is number {@code index} of the tree with this root. */
    public static boolean includes(
            long index, long size, TreeHash leaf, List<TreeHash> proof, TreeHash root) {
        return rootOf(index, size, leaf, proof).filter(root::equals).isPresent();
    }

    /** The root that a tree has if the proof is right; empty where it fits no tree of this size. */
    static Optional<TreeHash> rootOf(long index, long size, TreeHash leaf, List<TreeHash> proof) {
        if (index < 0 || index >= size || size > Subtree.MOST_LEAVES) {
            return Optional.empty();
        }
        long at = index;
        long last = size - 1;
        TreeHash hash = leaf;
        for (TreeHash sibling : proof) {
            if (last == 0) {
                return Optional.empty();
            }
            if ((at & 1) == 1 || at == last) {
                hash = TreeHash.ofChildren(sibling, hash);
                int up = stepsToRightChild(at);
                at >>>= up;
                last >>>= up;
            } else {
                hash = TreeHash.ofChildren(hash, sibling);
            }
            at >>>= 1;
            last >>>= 1;
        }
        return last == 0 ? Optional.of(hash) : Optional.empty();
    }

    /** Whether the tree of {@code size} leaves continues that of {@code older} ones. */
    public static boolean consistent(
            long older, TreeHash olderRoot, long size, TreeHash root, List<TreeHash> proof) {
        if (older < 0 || older > size || size > Subtree.MOST_LEAVES) {
            return false;
        }
        if (older == size) {
            return proof.isEmpty() && olderRoot.equals(root);
        }
        if (older == 0) {
            return proof.isEmpty() && olderRoot.equals(TreeHash.EMPTY);
        }
        // A complete older tree is the first hash itself, and is not sent.
        boolean complete = Long.bitCount(older) == 1;
        if (!complete && proof.isEmpty()) {
            return false;
        }
        int up = Long.numberOfTrailingZeros(older);
        long at = (older - 1) >>> up;
        long last = (size - 1) >>> up;
        TreeHash begin = complete ? olderRoot : proof.get(0);
        TreeHash was = begin;
        TreeHash is = begin;
        for (TreeHash sibling : complete ? proof : proof.subList(1, proof.size())) {
            if (last == 0) {
                return false;
            }
            if ((at & 1) == 1 || at == last) {
                was = TreeHash.ofChildren(sibling, was);
                is = TreeHash.ofChildren(sibling, is);
                int steps = stepsToRightChild(at);
                at >>>= steps;
                last >>>= steps;
            } else {
                is = TreeHash.ofChildren(is, sibling);
            }
            at >>>= 1;
            last >>>= 1;
        }
        return last == 0 && was.equals(olderRoot) && is.equals(root);
    }

    /** Levels without a sibling on the right edge: a node there goes up unchanged. */
    private static int stepsToRightChild(long at) {
        return at == 0 ? 0 : Long.numberOfTrailingZeros(at);
    }
}
