package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.crypto.Ed25519;
import io.lethe.node.model.Id128;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All keys that were ever enrolled, and how long each is good: what the leaves about keys add up
 * to. An inclusion proof can show that a key was enrolled, never that it was not revoked; so each
 * leaf about a purge tells the root of a tree over this set as it then was, and a certificate
 * proves its keys in that. Whoever reads the log finds the same root, or that somebody lied.
 *
 * <p>The tree is that of RFC 6962 over the entries in the order of their bytes:
 *
 * <pre>
 * offset  bytes
 *      0      1  what for: 1 a node's receipts, 2 certificates
 *      1     16  the node; zeros for certificates
 *     17     32  public key
 *     49      8  number of the leaf that enrolled it
 *     57      8  that leaf's time: good from then
 *     65      8  good until before then; 2^63-1: no end
 * </pre>
 *
 * <p>Immutable; safe for any thread.
 */
public final class KeySet {
    /** Of a log without keys. */
    public static final KeySet EMPTY = new KeySet(List.of());

    /** Nodes of a cluster, times the keys of a life: far above both. */
    static final int MOST_KEYS = 100_000;

    private static final Id128 NO_NODE = new Id128(0, 0);

    /** What a key signs. */
    public enum Use {
        RECEIPTS(1),
        CERTIFICATES(2);

        private final int number;

        Use(int number) {
            this.number = number;
        }
    }

    /**
     * A key.
     *
     * @param node zeros for certificates
     * @param enrolledAt number of the leaf
     * @param fromMillis of that leaf
     * @param untilMillis {@link LogEvent#NO_END}: no end
     */
    public record Entry(
            Use use,
            Id128 node,
            Bytes publicKey,
            long enrolledAt,
            long fromMillis,
            long untilMillis)
            implements Comparable<Entry> {
        public Entry {
            Check.range("key bytes", publicKey.length(), Ed25519.KEY_BYTES, Ed25519.KEY_BYTES);
            Check.range("leaf", enrolledAt, 0, Subtree.MOST_LEAVES);
            Check.range("from", fromMillis, 0, Long.MAX_VALUE);
            Check.range("until", untilMillis, 0, Long.MAX_VALUE);
        }

        /** Whether something that it signed at this time counts. */
        public boolean isGoodAt(long millis) {
            return millis >= fromMillis && millis < untilMillis;
        }

        /** The leaf in the set's tree. */
        public Bytes encode() {
            Encoder out = new Encoder(73).u8(use.number);
            node.encode(out);
            return out.raw(publicKey).i64(enrolledAt).i64(fromMillis).i64(untilMillis).toBytes();
        }

        @Override
        public int compareTo(Entry other) {
            return encode().compareTo(other.encode());
        }

        private boolean is(Use otherUse, Id128 otherNode, Bytes otherKey) {
            return use == otherUse && node.equals(otherNode) && publicKey.equals(otherKey);
        }
    }

    /**
     * What a leaf tells of the set.
     *
     * @param size entries
     */
    public record Head(long size, TreeHash root) {
        public Head {
            Check.range("keys", size, 0, MOST_KEYS);
        }
    }

    private final List<Entry> entries;

    private KeySet(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** In the order of the tree. */
    public List<Entry> entries() {
        return entries;
    }

    /**
     * The set behind a leaf; leaves that are not about keys leave it as it is.
     *
     * @param index the leaf's number
     * @throws IllegalArgumentException when a key is enrolled again, or one revoked that was not
     *     enrolled: the log must not take such a leaf
     */
    public KeySet after(long index, Leaf leaf) {
        return switch (leaf.event()) {
            case LogEvent.NodeKeyEnrolled e ->
                    enrolled(index, leaf, Use.RECEIPTS, e.node().id(), e.publicKey());
            case LogEvent.CertificateKeyEnrolled e ->
                    enrolled(index, leaf, Use.CERTIFICATES, NO_NODE, e.publicKey());
            case LogEvent.NodeKeyRevoked e ->
                    revoked(Use.RECEIPTS, e.node().id(), e.publicKey(), e.untilMillis());
            case LogEvent.CertificateKeyRevoked e ->
                    revoked(Use.CERTIFICATES, NO_NODE, e.publicKey(), e.untilMillis());
            default -> this;
        };
    }

    private KeySet enrolled(long index, Leaf leaf, Use use, Id128 node, Bytes publicKey) {
        // Also not for another node: a receipt would be of either.
        if (entries.stream().anyMatch(entry -> entry.publicKey().equals(publicKey))) {
            throw new IllegalArgumentException("the key was enrolled before: " + publicKey);
        }
        Check.range("keys", entries.size() + 1L, 0, MOST_KEYS);
        List<Entry> more = new ArrayList<>(entries);
        more.add(new Entry(use, node, publicKey, index, leaf.timeMillis(), LogEvent.NO_END));
        Collections.sort(more);
        return new KeySet(more);
    }

    private KeySet revoked(Use use, Id128 node, Bytes publicKey, long untilMillis) {
        List<Entry> changed = new ArrayList<>();
        boolean found = false;
        for (Entry entry : entries) {
            if (entry.is(use, node, publicKey)) {
                found = true;
                // A second revocation may find that it was bad earlier, not that it was good
                // longer.
                changed.add(
                        new Entry(
                                use,
                                node,
                                publicKey,
                                entry.enrolledAt(),
                                entry.fromMillis(),
                                Math.min(untilMillis, entry.untilMillis())));
            } else {
                changed.add(entry);
            }
        }
        if (!found) {
            throw new IllegalArgumentException("the key was never enrolled: " + publicKey);
        }
        Collections.sort(changed);
        return new KeySet(changed);
    }

    /** The entry of a key; empty where it was never enrolled for this. */
    public Optional<Entry> find(Use use, Bytes publicKey) {
        return entries.stream()
                .filter(entry -> entry.use() == use && entry.publicKey().equals(publicKey))
                .findFirst();
    }

    public Head head() {
        Frontier tree = Frontier.EMPTY;
        for (Entry entry : entries) {
            tree = tree.append(TreeHash.ofLeaf(entry.encode()), (subtree, hash) -> {});
        }
        return new Head(entries.size(), tree.root());
    }

    /** Where the entry stands in the set. */
    public long indexOf(Entry entry) {
        int index = Collections.binarySearch(entries, entry);
        Check.range("entry's place", index, 0, MOST_KEYS);
        return index;
    }

    /** That the entry is in the set; checked against its {@link #head}. */
    public List<TreeHash> proof(Entry entry) {
        Map<Subtree, TreeHash> hashes = new HashMap<>();
        Frontier tree = Frontier.EMPTY;
        for (Entry one : entries) {
            tree = tree.append(TreeHash.ofLeaf(one.encode()), hashes::put);
        }
        return Proofs.inclusion(
                indexOf(entry),
                entries.size(),
                subtree -> {
                    TreeHash hash = hashes.get(subtree);
                    Check.that(hash != null, "the set has all its subtrees");
                    return hash == null ? TreeHash.EMPTY : hash;
                });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeySet that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }
}
