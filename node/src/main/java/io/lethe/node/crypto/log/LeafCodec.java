package io.lethe.node.crypto.log;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of leaves. They are hashed, so a leaf has one form, which stays for good. Numbers are
 * big-endian.
 *
 * <pre>
 * offset  bytes
 *      0      1  format, 1
 *      1      2  kind of event
 *      3      8  time
 *     11      1  role of who acted
 *     12      1  references, r
 *     13   17·r  each: kind (1), id (16)
 *      …      1  commitments, c
 *      …   32·c
 *      …      2  bytes of the body, b
 *      …      b  body
 *
 * kind  body
 *    1  node key enrolled          node (16), key (32)
 *    2  node key revoked           node (16), key (32), until (8)
 *    3  certificate key enrolled   key (32)
 *    4  certificate key revoked    key (32), until (8)
 *    5  hold placed                expires (8), review (8)
 *    6  hold lifted                nothing
 *    7  tenant's state             from (1), to (1)
 *    8  purge started              manifest (32), certificate (32), rows (8), rows out (8),
 *                                  keys (8), root of the key set (32)
 *    9  purge partial              as 8
 *   10  purge complete             as 8
 *   11  order                      action (1), due (8)
 *   12  version of a denylist      version (8), entries (8), hash (32)
 *   13  gap signed for             leaves (8), known leaves (8), known root (32)
 *   14  audit log anchored         sequence (8), head (32)
 *   15  policy of checkpoints      interval (8), witnesses (1), needed (1), keys' digest (32)
 * </pre>
 *
 * <p>Static and pure.
 */
final class LeafCodec {
    static final int FORMAT = 1;

    private static final int LAST_KNOWN_KIND = 15;

    private LeafCodec() {}

    static boolean isKnown(int kind) {
        return kind >= 1 && kind <= LAST_KNOWN_KIND;
    }

    static Bytes encode(Leaf leaf) {
        Encoder out = new Encoder();
        out.u8(FORMAT);
        u16(out, leaf.event().kind());
        out.i64(leaf.timeMillis()).u8(leaf.actor().number());
        out.u8(leaf.references().size());
        for (Reference reference : leaf.references()) {
            out.u8(reference.kind());
            reference.id().encode(out);
        }
        out.u8(leaf.commitments().size());
        leaf.commitments().forEach(commitment -> out.raw(commitment.digest()));
        Bytes body = body(leaf.event());
        u16(out, body.length());
        return out.raw(body).toBytes();
    }

    private static void u16(Encoder out, int value) {
        out.u8(value >>> 8).u8(value & 0xff);
    }

    private static Bytes body(LogEvent event) {
        Encoder out = new Encoder();
        switch (event) {
            case LogEvent.NodeKeyEnrolled e -> {
                e.node().id().encode(out);
                out.raw(e.publicKey());
            }
            case LogEvent.NodeKeyRevoked e -> {
                e.node().id().encode(out);
                out.raw(e.publicKey()).i64(e.untilMillis());
            }
            case LogEvent.CertificateKeyEnrolled e -> out.raw(e.publicKey());
            case LogEvent.CertificateKeyRevoked e -> out.raw(e.publicKey()).i64(e.untilMillis());
            case LogEvent.HoldPlaced e -> out.i64(e.expiresAtMillis()).i64(e.reviewAtMillis());
            case LogEvent.HoldLifted _ -> {}
            case LogEvent.TenantTransition e -> out.u8(e.from()).u8(e.to());
            case LogEvent.Purge e ->
                    out.raw(e.manifest())
                            .raw(e.certificate())
                            .i64(e.rows())
                            .i64(e.rowsOut())
                            .i64(e.keys().size())
                            .raw(e.keys().root().bytes());
            case LogEvent.OrderTaken e -> out.u8(e.action()).i64(e.dueAtMillis());
            case LogEvent.DenylistVersion e -> out.i64(e.version()).i64(e.entries()).raw(e.hash());
            case LogEvent.GapSigned e ->
                    out.i64(e.size()).i64(e.knownSize()).raw(e.knownRoot().bytes());
            case LogEvent.AuditAnchor e -> out.i64(e.sequence()).raw(e.head());
            case LogEvent.CheckpointPolicy e ->
                    out.i64(e.intervalMillis()).u8(e.witnesses()).u8(e.needed()).raw(e.keys());
            case LogEvent.Other e -> out.raw(e.body());
        }
        return out.toBytes();
    }

    static Leaf decode(Bytes encoded) {
        Decoder in = new Decoder(encoded);
        int format = in.u8();
        if (format != FORMAT) {
            throw new CorruptEncoding("a leaf is of format " + format);
        }
        int kind = u16(in);
        long timeMillis = in.i64();
        int role = in.u8();
        List<Reference> references = new ArrayList<>();
        for (int left = count(in, Leaf.MOST_REFERENCES); left > 0; left--) {
            references.add(new Reference(in.u8(), Id128.decode(in)));
        }
        List<Commitment> commitments = new ArrayList<>();
        for (int left = count(in, Leaf.MOST_COMMITMENTS); left > 0; left--) {
            commitments.add(new Commitment(raw(in)));
        }
        int length = u16(in);
        if (length != in.remaining() || length > LogEvent.MOST_BODY_BYTES) {
            throw new CorruptEncoding("a leaf's body has " + in.remaining() + " bytes");
        }
        try {
            LogEvent event = event(kind, in);
            in.end();
            return new Leaf(timeMillis, new ActorRole(role), references, commitments, event);
        } catch (IllegalArgumentException outOfRange) {
            throw new CorruptEncoding("a leaf says what can't be: " + outOfRange.getMessage());
        }
    }

    private static LogEvent event(int kind, Decoder in) {
        return switch (kind) {
            case 1 -> new LogEvent.NodeKeyEnrolled(node(in), raw(in));
            case 2 -> new LogEvent.NodeKeyRevoked(node(in), raw(in), in.i64());
            case 3 -> new LogEvent.CertificateKeyEnrolled(raw(in));
            case 4 -> new LogEvent.CertificateKeyRevoked(raw(in), in.i64());
            case 5 -> new LogEvent.HoldPlaced(in.i64(), in.i64());
            case 6 -> new LogEvent.HoldLifted();
            case 7 -> new LogEvent.TenantTransition(in.u8(), in.u8());
            case 8 -> purge(LogEvent.PurgeState.STARTED, in);
            case 9 -> purge(LogEvent.PurgeState.PARTIAL, in);
            case 10 -> purge(LogEvent.PurgeState.COMPLETE, in);
            case 11 -> new LogEvent.OrderTaken(in.u8(), in.i64());
            case 12 -> new LogEvent.DenylistVersion(in.i64(), in.i64(), raw(in));
            case 13 -> new LogEvent.GapSigned(in.i64(), in.i64(), new TreeHash(raw(in)));
            case 14 -> new LogEvent.AuditAnchor(in.i64(), raw(in));
            case 15 -> new LogEvent.CheckpointPolicy(in.i64(), in.u8(), in.u8(), raw(in));
            default -> new LogEvent.Other(kind, Bytes.wrap(in.raw(in.remaining())));
        };
    }

    private static LogEvent purge(LogEvent.PurgeState state, Decoder in) {
        return new LogEvent.Purge(
                state,
                raw(in),
                raw(in),
                in.i64(),
                in.i64(),
                new KeySet.Head(in.i64(), new TreeHash(raw(in))));
    }

    private static NodeId node(Decoder in) {
        return new NodeId(Id128.decode(in));
    }

    /** Keys and digests: 32 bytes. */
    private static Bytes raw(Decoder in) {
        return Bytes.wrap(in.raw(TreeHash.BYTES));
    }

    private static int u16(Decoder in) {
        return in.u8() << 8 | in.u8();
    }

    private static int count(Decoder in, int most) {
        int count = in.u8();
        if (count > most) {
            throw new CorruptEncoding("a leaf has " + count + " of what it may have " + most);
        }
        return count;
    }
}
