package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tree by the definitions of RFC 6962, section 2.1, word for word: slow, and without a line of
 * what it is compared with. Remembers hashes by range.
 */
final class PlainTree {
    private final List<Bytes> leaves;
    private final Map<List<Integer>, Bytes> known = new HashMap<>();

    PlainTree(List<Bytes> leaves) {
        this.leaves = List.copyOf(leaves);
    }

    /** Leaves that differ from each other. */
    static PlainTree ofNumbers(int size) {
        List<Bytes> leaves = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            leaves.add(Bytes.utf8("leaf " + i));
        }
        return new PlainTree(leaves);
    }

    Bytes leaf(long index) {
        return leaves.get((int) index);
    }

    TreeHash leafHash(long index) {
        return new TreeHash(mth((int) index, (int) index + 1));
    }

    TreeHash root(long size) {
        return new TreeHash(mth(0, (int) size));
    }

    /** As a store that has all complete subtrees. */
    HashReader reader() {
        return subtree -> new TreeHash(mth((int) subtree.firstLeaf(), (int) subtree.endLeaf()));
    }

    /** MTH(D[from:end]). */
    private Bytes mth(int from, int end) {
        List<Integer> range = List.of(from, end);
        Bytes hash = known.get(range);
        if (hash == null) {
            if (from == end) {
                hash = sha256(Bytes.EMPTY);
            } else if (end - from == 1) {
                hash = sha256(Bytes.hex("00").plus(leaves.get(from)));
            } else {
                int k = 1;
                while (2 * k < end - from) {
                    k *= 2;
                }
                hash = sha256(Bytes.hex("01").plus(mth(from, from + k)).plus(mth(from + k, end)));
            }
            known.put(range, hash);
        }
        return hash;
    }

    private static Bytes sha256(Bytes input) {
        try {
            return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(input.toArray()));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
