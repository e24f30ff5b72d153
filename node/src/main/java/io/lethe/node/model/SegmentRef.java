package io.lethe.node.model;

import io.lethe.node.base.Check;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;

/**
 * Where a segment's bytes are: names a placement group, never devices.
 *
 * <p>Encoding: segment id 16, pg varint, pg epoch varint, k u8, m u8, cell bytes varint, length
 * varint, missing varint.
 *
 * @param pgEpoch the group's epoch under which the chunks were written
 * @param lengthBytes plaintext bytes, 1 to 64 MiB
 * @param missing bit i set: chunk i was not durable at commit and is to be rebuilt
 */
public record SegmentRef(
        SegmentId segment, PgId pg, int pgEpoch, Scheme scheme, int lengthBytes, long missing) {
    /** 64 MiB of plaintext (architecture, data layout). */
    public static final int MOST_BYTES = 64 * 1024 * 1024;

    public SegmentRef {
        Check.range("segment length", lengthBytes, 1, MOST_BYTES);
    }

    public SegmentRef withMissing(long mask) {
        return new SegmentRef(segment, pg, pgEpoch, scheme, lengthBytes, mask);
    }

    public void encode(Encoder out) {
        segment.id().encode(out);
        out.varint(pg.value()).varint(pgEpoch).u8(scheme.k()).u8(scheme.m());
        out.varint(scheme.cellBytes()).varint(lengthBytes).varint(missing);
    }

    public static SegmentRef decode(Decoder in) {
        return new SegmentRef(
                new SegmentId(Id128.decode(in)),
                new PgId(in.varint()),
                in.count(Integer.MAX_VALUE),
                new Scheme(in.u8(), in.u8(), in.count(Integer.MAX_VALUE)),
                in.count(MOST_BYTES),
                in.varint());
    }
}
