package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import java.util.List;

/**
 * An entry of the transparency log: what happened, when, by somebody in which role, to what. It
 * holds neither content addresses nor personal data: records are named by random ids, all else by
 * salted commitments. Immutable.
 *
 * @param timeMillis since 1970, UTC, as the directory stamped it
 * @param references at most 16; the kind of event says which
 * @param commitments at most 64
 */
public record Leaf(
        long timeMillis,
        ActorRole actor,
        List<Reference> references,
        List<Commitment> commitments,
        LogEvent event) {
    static final int MOST_REFERENCES = 16;
    static final int MOST_COMMITMENTS = 64;

    public Leaf {
        references = List.copyOf(references);
        commitments = List.copyOf(commitments);
        Check.range("milliseconds", timeMillis, 0, Long.MAX_VALUE);
        Check.range("references", references.size(), 0, MOST_REFERENCES);
        Check.range("commitments", commitments.size(), 0, MOST_COMMITMENTS);
    }

    /** The bytes that the tree hashes; there is one form of each leaf. */
    public Bytes encode() {
        return LeafCodec.encode(this);
    }

    /**
     * @throws Decoder.CorruptEncoding when the bytes are no leaf of this format; kinds, roles and
     *     references of later versions are read as what they are
     */
    public static Leaf decode(Bytes encoded) {
        return LeafCodec.decode(encoded);
    }

    public TreeHash hash() {
        return TreeHash.ofLeaf(encode());
    }
}
